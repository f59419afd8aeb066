import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { askTokenEndpoint } from './token-endpoint.ts';

const WHO = { room: 'demo', identity: 'alice' };

const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/token`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

test('sends the request of the SDKs, with the given headers', async () => {
  let seen: unknown;
  await using endpoint = await serve(async (request, response) => {
    const { method, headers } = request;
    seen = { method, key: headers['x-key'], body: JSON.parse(await text(request)) as unknown };
    response.writeHead(201).end('{"server_url":"wss://eu.example.com","participant_token":"abc"}');
  });
  const answer = await askTokenEndpoint(
    { ...endpoint, headers: { 'x-key': '1' }, hosts: ['eu.example.com'] },
    WHO,
    5_000,
  );
  expect(answer).toEqual({ url: 'wss://eu.example.com', token: 'abc' });
  expect(seen).toEqual({
    ...{ method: 'POST', key: '1' },
    body: { room_name: 'demo', participant_identity: 'alice' },
  });
});

test.each([
  [401, 'eyJhbGciOi.eyJ4.z', 'token_rejected', false],
  [429, '', 'token_rate_limited', true],
  [503, '', 'token_failed', true],
  [302, '', 'token_rejected', false],
  [200, 'hello', 'token_invalid', false],
  [200, '{}', 'token_invalid', false],
  [200, '{"participant_token":"a"}', 'token_invalid', false],
  [200, '{"participant_token":"a","server_url":"not a url"}', 'token_invalid', false],
  [200, '{"participant_token":"a","server_url":"wss://other.test"}', 'token_elsewhere', false],
])('status %d with %j: %s', async (status, body, reason, retryable) => {
  await using endpoint = await serve((_request, response) => {
    response.writeHead(status, { location: '/' }).end(body);
  });
  const answer = await askTokenEndpoint(
    { ...endpoint, headers: {}, hosts: ['eu.example.com'] },
    WHO,
    5_000,
  );
  expect(answer).toMatchObject({ reason, retryable });
  expect(JSON.stringify(answer)).not.toContain('eyJ');
});

test('distinguishes a timeout from an unreachable endpoint', async () => {
  await using endpoint = await serve(() => {});
  expect(
    await askTokenEndpoint({ ...endpoint, headers: {}, hosts: ['eu.example.com'] }, WHO, 50),
  ).toMatchObject({
    ...{ reason: 'token_timeout', retryable: true },
  });
  const nowhere = { url: 'http://127.0.0.1:1/', headers: {}, hosts: ['eu.example.com'] };
  expect(await askTokenEndpoint(nowhere, WHO, 5_000)).toMatchObject({
    reason: 'token_unreachable',
  });
});

test('names a proxy that answers in its place', async () => {
  await using endpoint = await serve((_request, response) => {
    response.writeHead(302, { server: 'nginx', location: 'https://sso.example.com/login' }).end();
  });
  const answer = await askTokenEndpoint({ ...endpoint, headers: {}, hosts: [] }, WHO, 5_000);
  expect(answer).toMatchObject({
    message: `${endpoint.url} was redirected by nginx to a login, https://sso.example.com/login (HTTP 302)`,
  });
});
