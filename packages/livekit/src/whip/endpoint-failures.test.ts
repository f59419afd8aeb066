import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { endpointFailure } from './endpoint-failures.ts';
import { isMediaResource, openMediaResource } from './media-resource.ts';

const TOKEN = 'token-of-the-stream';

const endpoint = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const open = async (url: string, token = TOKEN) => {
  const opened = await openMediaResource({
    ...{ url, token, offer: 'v=0', timeoutMs: 5_000, redirects: 3 },
  });
  return isMediaResource(opened) ? opened : endpointFailure(opened);
};

test.each([
  [401, 'endpoint_unauthorized', false],
  [403, 'endpoint_forbidden', false],
  [404, 'endpoint_not_found', true],
  [406, 'endpoint_offer_refused', false],
  [409, 'endpoint_conflict', true],
  [429, 'endpoint_full', true],
  [500, 'endpoint_failed', true],
  [418, 'endpoint_failed', false],
])('status %d is %s, and does not show the token', async (status, reason, retryable) => {
  const url = await endpoint((_, response) => response.writeHead(status).end(`no ${TOKEN}`));
  expect(await open(url)).toEqual({
    ...{ reason, retryable, hint: expect.any(String) },
    message: `${url} refuses the stream (HTTP ${status}: no …)`,
  });
});

test('503 with Retry-After states when another attempt is possible', async () => {
  const headers: string[] = ['7', new Date(Date.now() + 60_000).toUTCString(), 'soon'];
  const url = await endpoint((_, response) =>
    response.writeHead(503, { 'retry-after': headers.shift() }).end(),
  );
  expect(await open(url)).toMatchObject({ reason: 'endpoint_full', retryAfterMs: 7_000 });
  const later = await open(url);
  const { retryAfterMs = 0 } = 'reason' in later ? later : {};
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(await open(url)).not.toHaveProperty('retryAfterMs');
});

test('the token follows redirects to the same server, and to no other', async () => {
  const seen: string[] = [];
  const other = await endpoint(({ headers }, response) => {
    seen.push(`other ${headers.authorization}`);
    response.writeHead(201, { location: '/s' }).end('answer');
  });
  const url = await endpoint(({ url: path, method, headers }, response) => {
    seen.push(`${method} ${path} ${headers.authorization}`);
    const redirects: Record<string, string> = {
      '/near': '/here',
      '/far': `${other}/a`,
      '/loop': '/loop',
    };
    const to = redirects[path ?? ''];
    if (to !== undefined) return response.writeHead(307, { location: to }).end();
    return response.writeHead(201, { location: '/s' }).end('answer');
  });
  expect(await open(`${url}/near`)).toMatchObject({ answer: 'answer', location: `${url}/s` });
  expect(await open(`${url}/far`)).toMatchObject({
    ...{ reason: 'endpoint_redirected', retryable: false },
    message: expect.stringContaining(`to ${other}`),
  });
  expect(await open(`${url}/loop`)).toMatchObject({ reason: 'endpoint_redirected' });
  expect(seen).toEqual([
    `POST /near Bearer ${TOKEN}`,
    `POST /here Bearer ${TOKEN}`,
    `POST /far Bearer ${TOKEN}`,
    ...Array<string>(4).fill(`POST /loop Bearer ${TOKEN}`),
  ]);
});

test('without a token, requests have no header for it', async () => {
  const url = await endpoint(({ headers }, response) =>
    response.writeHead(201, { location: '/s' }).end(String(headers.authorization)),
  );
  expect(await open(url, '')).toMatchObject({ answer: 'undefined' });
});

test('a server that is not there is named', async () => {
  expect(await open('http://127.0.0.1:1/a')).toMatchObject({ reason: 'endpoint_unreachable' });
});
