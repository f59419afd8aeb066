import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../program.ts';

const SEGMENTS = Array.from({ length: 10 }, (_, number) => `#EXTINF:10,\n${number}.ts\n`).join('');
const LIVE = `#EXTM3U\n#EXT-X-TARGETDURATION:10\n${SEGMENTS}`;

/** Answers by path: a live stream, and what is none. */
const ANSWERS: Readonly<Record<string, { status?: number; location?: string; body?: string }>> = {
  '/live.m3u8': { body: LIVE },
  '/page.m3u8': { body: '<html>a page' },
  '/ended.m3u8': { body: `${LIVE}#EXT-X-ENDLIST\n` },
  '/elsewhere.m3u8': { status: 302, location: 'http://localhost:1/live.m3u8' },
  '/busy.m3u8': { status: 403 },
  '/far.m3u8': { body: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://localhost:1/0.ts\n' },
};

const requests: string[] = [];
const server = createServer(({ url = '' }, response) => {
  requests.push(url);
  const answer = ANSWERS[url] ?? (/\d\.ts$/.test(url) ? { body: 'x'.repeat(1_000) } : null);
  const { status = 200, location, body = '' } = answer ?? { status: 404 };
  response.writeHead(status, location === undefined ? {} : { location }).end(body);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const run = async (path: string, ...flags: string[]): Promise<{ exit: number; stdout: string }> => {
  const { port } = server.address() as AddressInfo;
  const stdout = new PassThrough();
  let exit = -1;
  const console = { stdout, stderr: new PassThrough(), env: {} };
  await createProgram(console, (code) => {
    exit = code;
  }).parseAsync(['hls', `http://127.0.0.1:${port}${path}`, '--quiet', ...flags], { from: 'user' });
  stdout.end();
  return { exit, stdout: await text(stdout) };
};

test('listeners load the last three target durations, and the result is one object', async () => {
  const { exit, stdout } = await run(
    ...['/live.m3u8', '--listeners', '3', '--duration', '2s', '--json'],
    ...['--threshold', 'hls_startup_time: p(95)<60s'],
  );
  const { counts, findings, verdict, stream } = JSON.parse(stdout);
  expect(counts).toMatchObject({ listeners: 3, started: 3, failed: 0, segments: 9 });
  expect(findings).toEqual([]);
  expect(stream).toMatchObject({ targetDurationMs: 10_000, segments: 10, hasDates: false });
  // A host without a free core is too slow, and the result states it.
  expect([exit, verdict]).toEqual(exit === 98 ? [98, 'inconclusive'] : [0, 'passed']);
  expect(new Set(requests.filter((path) => path.endsWith('.ts')))).toEqual(
    new Set(['/7.ts', '/8.ts', '/9.ts']),
  );
});

test.each([
  ['/page.m3u8', 'unreachable', 'not an HLS playlist: <html>a page'],
  ['/none.m3u8', 'unreachable', 'HTTP 404'],
  ['/busy.m3u8', 'unreachable', 'HTTP 403'],
  ['/ended.m3u8', 'usage', 'a recording, whose playlist has an end (EXT-X-ENDLIST)'],
  ['/elsewhere.m3u8', 'usage', 'leads to another host, localhost:1, which may not be loaded'],
  ['/far.m3u8', 'usage', 'leads to another host, localhost:1, which may not be loaded'],
])('%s is one error before any load', async (path, code, message) => {
  requests.length = 0;
  await expect(run(path, '--listeners', '500')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  expect(requests).toEqual([path]);
});

test.each([
  ['--listeners', '0'],
  ['--duration', '10ms'],
  ['--ramp', '30s'],
  ['--bandwidth', 'fast'],
  ['--threshold', 'join_time: p(95)<2s'],
])('%s %s is refused', async (flag, value) => {
  await expect(run('/live.m3u8', flag, value)).rejects.toThrow(value);
});
