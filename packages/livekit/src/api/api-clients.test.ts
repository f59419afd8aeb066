import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { agentDispatchOf, apiBase, egressOf, ingressOf, roomServiceOf } from './api-clients.ts';
import { isWithoutApi } from './api-rejection.ts';

const KEYS = { apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' };

/** Calls the API of a server with this answer. */
const called = async (
  answer: RequestListener,
  path = '',
): Promise<{ requests: IncomingMessage[]; result: unknown; url: string }> => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  try {
    const client = await roomServiceOf({ ...KEYS, url }, 3);
    const result = await client.listRooms().catch((error: unknown) => error);
    return { requests, result, url };
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const json = { 'content-type': 'application/json' };

test('the API is below the path of the URL, or at a separate address', async () => {
  const { requests, result } = await called(
    (_request, response) => response.writeHead(200, json).end('{"rooms":[]}'),
    '/livekit',
  );
  expect(requests[0]?.url).toBe('/livekit/twirp/livekit.RoomService/ListRooms');
  expect(requests[0]?.headers.authorization).toMatch(/^Bearer eyJ/);
  expect(result).toEqual([]);
  expect(apiBase({ url: 'wss://a.example.com/x/', apiUrl: 'http://10.0.0.1:7880/' })).toBe(
    'http://10.0.0.1:7880',
  );
});

test('every client of the SDK has a transport that can be replaced', async () => {
  const target = { ...KEYS, url: 'ws://127.0.0.1:1' };
  for (const client of [
    await egressOf(target, 1),
    await ingressOf(target, 1),
    await agentDispatchOf(target, 1),
  ])
    expect(Object.keys(client)).toContain('rpc');
  const error = await (await egressOf(target, 1)).listEgress().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ rejection: { reason: 'unreachable' }, status: null });
  expect(isWithoutApi(error)).toBe(false);
});

test('a proxy that blocks it is named, with --api-url as a way around', async () => {
  const { result, url } = await called((_request, response) =>
    response.writeHead(403, { server: 'nginx', 'content-type': 'text/html' }).end('<html>'),
  );
  expect(isWithoutApi(result)).toBe(true);
  expect(result).toMatchObject({
    status: 403,
    message: `${url.replace('ws', 'http')}/twirp was blocked by nginx (HTTP 403)`,
    rejection: { reason: 'blocked', hint: expect.stringContaining('--api-url') },
  });
});

test('a proxy without a server is an outage of the API, not its absence', async () => {
  const { result } = await called((_request, response) => response.writeHead(503).end());
  expect(result).toMatchObject({ rejection: { reason: 'bad_gateway' } });
  expect(isWithoutApi(result)).toBe(false);
});

test('a redirect is not followed: a POST would become a GET', async () => {
  const { requests, result } = await called((_request, response) =>
    response.writeHead(301, { location: 'https://livekit.example.com/' }).end(),
  );
  expect(requests).toHaveLength(1);
  expect(result).toMatchObject({ rejection: { reason: 'redirected' } });
});

test('an error of livekit-server keeps its code, and is not taken for a missing API', async () => {
  const { result } = await called((_request, response) =>
    response.writeHead(404, json).end('{"code":"not_found","msg":"requested room does not exist"}'),
  );
  expect(result).toMatchObject({ code: 'not_found', rejection: { reason: 'room_not_found' } });
  expect(isWithoutApi(result)).toBe(false);
});
