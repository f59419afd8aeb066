import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { metricIn, readPage } from './read-page.ts';
import { readWorker } from './worker-facts.ts';
import { type ShownWorker, serveWorkerPages } from './worker-pages.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Serve pages by path; a path that is missing is answered with 404. */
const serve = async (pages: Record<string, string>, health = 200): Promise<string> => {
  const server: Server = createServer(({ url = '' }, response) => {
    const page = pages[url];
    response.writeHead(page === undefined ? 404 : url === '/' ? health : 200).end(page);
  });
  cleanUps.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('a worker in Node shows its agent, jobs and version, and no load', async () => {
  const page = { agent_name: 'support', worker_type: 'JT_ROOM', active_jobs: 3 };
  const url = await serve({
    '/': 'OK',
    '/worker': JSON.stringify({ ...page, sdk_version: '1.9.0' }),
  });
  expect(await readWorker({ url })).toEqual({
    url,
    agentName: 'support',
    activeJobs: 3,
    load: null,
    sdkVersion: '1.9.0',
    startedAtMs: null,
    isRegistered: true,
    problem: null,
  });
});

test('a worker whose page leaves out the number of jobs has none', async () => {
  const page = JSON.stringify({ agent_name: 'support', sdk_version: '1.8.9' });
  const url = await serve({ '/': 'OK', '/worker': page });
  expect(await readWorker({ url })).toMatchObject({ activeJobs: 0, sdkVersion: '1.8.9' });
});

test('a worker in Python shows load and start in its metrics, under the names of each version', async () => {
  const metrics = [
    '# TYPE lk_agents_worker_load gauge',
    'lk_agents_worker_load{nodename="a"} 0.42',
    'lk_agents_running_jobs{nodename="a"} 2.0',
    'lk_agents_running_jobs{nodename="b"} 1.0',
    'process_start_time_seconds 1.79e+09',
  ].join('\n');
  const url = await serve({ '/': 'OK', '/worker': '{}', '/metrics': metrics });
  expect(await readWorker({ url, metricsUrl: `${url}/metrics` })).toMatchObject({
    activeJobs: 3,
    load: 0.42,
    startedAtMs: 1_790_000_000_000,
    problem: null,
  });
});

test('a worker without metrics is registered all the same, with a problem', async () => {
  const url = await serve({ '/': 'OK', '/worker': '{}' });
  expect(await readWorker({ url, metricsUrl: `${url}/metrics` })).toMatchObject({
    isRegistered: true,
    problem: 'its metrics answer HTTP 404',
  });
  expect(await readWorker({ url, metricsUrl: 'http://127.0.0.1:1/metrics' })).toMatchObject({
    isRegistered: true,
    problem: expect.stringMatching(/^its metrics cannot be read: /),
  });
});

test('a worker that has lost LiveKit is not registered', async () => {
  const url = await serve({ '/': 'not connected to livekit', '/worker': '{}' }, 503);
  expect(await readWorker({ url })).toMatchObject({
    isRegistered: false,
    problem: 'is not healthy (HTTP 503): not connected to livekit',
  });
});

test('a page of another program is a problem, and nothing is thrown', async () => {
  const url = await serve({ '/': 'OK', '/worker': '<html>' });
  expect(await readWorker({ url })).toMatchObject({
    isRegistered: false,
    problem: expect.stringMatching(/^cannot be read: /),
  });
});

test('the pages of a reference worker are read as those of the SDKs', async () => {
  const worker: ShownWorker = {
    isRegistered: true,
    agentName: 'reference',
    version: '1.0',
    jobs: 4,
    load: 0.5,
    cpuSeconds: 1.5,
    residentBytes: 1e8,
  };
  const pages = await serveWorkerPages(worker, { host: '127.0.0.1', port: 0 });
  cleanUps.push(() => pages.close());
  const read = await readWorker({ url: pages.url, metricsUrl: `${pages.url}/metrics` });
  expect(read).toMatchObject({
    agentName: 'reference',
    activeJobs: 4,
    load: 0.5,
    sdkVersion: '1.0',
    isRegistered: true,
    problem: null,
  });
  const { text } = await readPage(new URL('/metrics', pages.url));
  expect(metricIn(text, ['process_cpu_seconds_total'])).toBe(1.5);
  const upMs = Date.now() - (read.startedAtMs ?? 0);
  expect(Math.abs(upMs - process.uptime() * 1_000)).toBeLessThan(5_000);
});
