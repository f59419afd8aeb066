import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { waitUntilHealthy } from './health.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** Starts a server that answers with these statuses in order, and then always with the last one. */
const serve = async (...statuses: number[]): Promise<string> => {
  server = createServer((_, response) =>
    response.writeHead(statuses.length > 1 ? (statuses.shift() ?? 0) : (statuses[0] ?? 0)).end(),
  );
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
const never = new AbortController().signal;

test('waits while the answers are other than 200', async () => {
  expect(await waitUntilHealthy(await serve(406, 503, 200), 5_000, never)).toBe(true);
});

test('stops waiting after its time limit', async () => {
  expect(await waitUntilHealthy(await serve(406), 200, never)).toBe(false);
});

test('stops waiting when the process has ended, whatever the time limit', async () => {
  const ended = AbortSignal.timeout(100);
  expect(await waitUntilHealthy(await serve(406), Number.POSITIVE_INFINITY, ended)).toBe(false);
});
