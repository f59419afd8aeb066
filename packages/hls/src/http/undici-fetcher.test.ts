import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { load } from './load.ts';
import { openFetcher } from './undici-fetcher.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const serve = async (
  listener: RequestListener,
): Promise<{ url: URL; connections: () => number }> => {
  let connections = 0;
  const server = createServer(listener).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/a`), connections: () => connections };
};

const open = () => {
  const fetcher = openFetcher();
  // Before the server, which waits for its connections.
  closing.unshift(() => fetcher.close());
  return fetcher;
};

const { signal } = new AbortController();
const TEXT = { asText: true, range: null, signal };
const anyHost = (): boolean => true;

test('requests of a listener share two connections, and ask for ranges', async () => {
  const ranges: (string | undefined)[] = [];
  const { url, connections } = await serve(({ headers }, response) => {
    ranges.push(headers.range);
    response.setHeader('last-modified', 'Thu, 26 Nov 2026 10:00:00 GMT').end('0123456789');
  });
  const fetcher = open();
  const options = { asText: false, range: { offset: 4, length: 10 }, signal };
  const answer = await fetcher.get(url, options);
  expect(answer).toMatchObject({ status: 200, bytes: 10, text: '', location: null });
  expect(answer.lastModifiedMs).toBe(Date.parse('2026-11-26T10:00:00Z'));
  for (let request = 0; request < 5; request++) await fetcher.get(url, options);
  expect(ranges).toEqual(Array(6).fill('bytes=4-13'));
  expect(connections()).toBeLessThanOrEqual(2);
});

test('redirects are followed within the allowed hosts, at most five times', async () => {
  const { url } = await serve((request, response) => {
    const target = { '/a': '/b', '/b': 'http://localhost:1/c', '/loop': '/loop' }[
      request.url ?? ''
    ];
    if (target === undefined) response.end('#EXTM3U');
    else response.writeHead(302, { location: target }).end();
  });
  const fetcher = open();
  const ownHost = ({ hostname }: URL): boolean => hostname === '127.0.0.1';
  expect(await load(fetcher, ownHost, url, TEXT)).toMatchObject({
    ...{ code: 'other_host', detail: 'localhost:1' },
  });
  expect(await load(fetcher, anyHost, url, TEXT)).toMatchObject({ code: 'unreachable' });
  expect(await load(fetcher, anyHost, new URL('/loop', url), TEXT)).toMatchObject({
    code: 'redirects',
  });
  expect(await load(fetcher, anyHost, new URL('/c', url), TEXT)).toMatchObject({
    answer: { text: '#EXTM3U' },
  });
});

test('an endless answer is left when it is not a playlist', async () => {
  const { url } = await serve((_request, response) => {
    const timer = setInterval(() => response.write(Buffer.alloc(1_000, 'x')), 5);
    response.on('close', () => clearInterval(timer));
  });
  const loaded = await load(open(), anyHost, url, TEXT);
  expect(loaded).toMatchObject({ answer: { text: expect.stringMatching(/^x{1000,}$/) } });
});

test('a connection that is closed, and a signal that is aborted', async () => {
  const { url } = await serve(({ url: path }, response) => {
    if (path === '/a') response.destroy();
  });
  expect(await load(open(), anyHost, url, TEXT)).toMatchObject({ code: 'connection_lost' });
  const over = new AbortController();
  const waiting = load(open(), anyHost, new URL('/wait', url), { ...TEXT, signal: over.signal });
  setTimeout(() => over.abort(new Error('over')), 50);
  await expect(waiting).rejects.toThrow('over');
});
