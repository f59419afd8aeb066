import { request } from 'node:http';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logTo } from '../log/log.ts';
import { openWeb } from '../web/open-web.ts';
import { limitBody } from './limit-body.ts';
import { type Listening, serve } from './serve.ts';

const log: string[] = [];
const app = new Hono().post(
  '/',
  limitBody({ maxSize: 1_000, onError: (c) => c.text('too large', 413) }),
  async (c) => c.text(`${c.req.header('x-who') ?? 'client'} sent ${(await c.req.text()).length}`),
);
app.onError((error, c) => {
  log.push(String(error));
  return c.text('internal error', 500);
});
let listening: Listening;
beforeAll(async () => {
  const listen = { host: '127.0.0.1', port: 0 };
  listening = await serve(app, {
    listen,
    web: openWeb({ source: null, log: logTo(() => {}) }),
    needsClientCertificates: true,
    requestTimeoutMs: 5_000,
    connections: { total: 10, perClient: 10, newPerSecond: 1_000 },
    log: logTo(() => {}),
  });
});
afterAll(() => listening.close(0));

/**
 * Post a body.
 * @param pieces chunks, written one by one; without Content-Length unless it is in `headers`
 */
const post = (pieces: readonly string[], headers: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { ...listening.address, method: 'POST', headers: { 'x-who': 'ann', ...headers } },
      async (response) => {
        resolve(`${response.statusCode} ${(await response.toArray()).join('')}`);
      },
    );
    asked.on('error', reject);
    for (const piece of pieces) asked.write(piece);
    asked.end();
  });

it('accepts chunked, empty and sized bodies', async () => {
  expect(await post(['12345', '67890'], { 'content-length': '10' })).toBe('200 ann sent 10');
  expect(await post(['12345', '67890'])).toBe('200 ann sent 10');
  expect(await post([], { 'transfer-encoding': 'chunked' })).toBe('200 ann sent 0');
  expect(await post([], { 'content-length': '0' })).toBe('200 ann sent 0');
  expect(log).toEqual([]);
});

it('rejects a body that is too large, with and without Content-Length', async () => {
  expect(await post(['x'.repeat(1_001)], { 'content-length': '1001' })).toBe('413 too large');
  expect(await post(['x'.repeat(600), 'x'.repeat(401)])).toBe('413 too large');
  expect(await post(['x'.repeat(600), 'x'.repeat(400)])).toBe('200 ann sent 1000');
});
