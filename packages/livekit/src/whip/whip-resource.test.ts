import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { endMediaResource } from './media-resource.ts';
import { openWhip } from './whip-resource.ts';

const KEY = 'key-of-the-stream';

const endpoint = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
};

const open = (url: string) => openWhip({ url, streamKey: KEY, offer: 'v=0', timeoutMs: 5_000 });

test('an offer is sent with the key, and its session is ended at its own URL', async () => {
  const seen: string[] = [];
  const url = await endpoint(({ method, url, headers }, response) => {
    seen.push([method, url, headers.authorization, headers['content-type']].join(' '));
    if (method === 'DELETE') return response.writeHead(200).end();
    return response.writeHead(201, { location: '/w/session' }).end('answer');
  });
  expect(await open(url)).toEqual({
    ...{ answer: 'answer', location: `${url}/session`, iceServers: [] },
  });
  expect(await endMediaResource(`${url}/session`, KEY, 5_000)).toBeNull();
  expect(seen).toEqual([
    `POST /w Bearer ${KEY} application/sdp`,
    `DELETE /w/session Bearer ${KEY} `,
  ]);
});

test.each([
  [404, 'whip_key_refused', false],
  [406, 'whip_offer_refused', false],
  [429, 'whip_full', true],
  [500, 'whip_failed', true],
  [503, 'whip_failed', true],
  [400, 'whip_failed', false],
  [200, 'whip_failed', false],
])('status %d is %s, and does not show the key', async (status, reason, retryable) => {
  const url = await endpoint((_, response) => response.writeHead(status).end(`no ${KEY} here`));
  expect(await open(url)).toEqual({
    ...{ reason, retryable },
    message: `${url} refuses the stream (HTTP ${status}: no … here)`,
    hint: expect.any(String),
  });
});

test('a redirect is named, and not followed with the key', async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await endpoint(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(201, { location: '/w/session' }).end('answer');
  });
  for (const status of [301, 307, 308]) {
    const url = await endpoint((_, response) =>
      response.writeHead(status, { location: elsewhere }).end(),
    );
    expect(await open(url)).toMatchObject({
      ...{ reason: 'whip_failed', retryable: false },
      message: expect.stringContaining(`HTTP ${status}`),
      hint: expect.stringContaining('redirect'),
    });
    expect(await endMediaResource(url, KEY, 5_000)).toBe(status);
  }
  expect(seen).toEqual([]);
});

test('a session at another address is refused, because its end would carry the key', async () => {
  const location = 'http://ingress.example.com/w/session';
  const url = await endpoint((_, response) => response.writeHead(201, { location }).end('answer'));
  expect(await open(url)).toMatchObject({ reason: 'whip_no_location', retryable: false });
});

test('an answer without the URL of the session cannot be ended, and is refused', async () => {
  const url = await endpoint((_, response) => response.writeHead(201).end('answer'));
  expect(await open(url)).toMatchObject({ reason: 'whip_no_location' });
});

test('an endpoint that is not there is named, with the settings that it needs', async () => {
  expect(await open('http://127.0.0.1:1/w')).toMatchObject({
    reason: 'whip_unreachable',
    hint: expect.stringContaining('whip_port'),
  });
  expect(await endMediaResource('http://127.0.0.1:1/w', KEY, 5_000)).toBe('no_answer');
});
