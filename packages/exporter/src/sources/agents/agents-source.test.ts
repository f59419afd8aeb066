import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveWorkerPages } from '@livekit-swarm/agents';
import { collect, render } from '@livekit-swarm/catalogue/registry';
import { parseExposition, sumOf } from '@livekit-swarm/testkit/exposition';
import { afterEach, expect, test, vi } from 'vitest';
import type { Source } from '../../source.ts';
import { createAgentsSource } from './agents-source.ts';
import type { WorkerPool } from './config.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Room {
  agents?: string[];
  /** States of its jobs; undefined: it has no dispatch. */
  jobs?: string[];
}

/** Serve LiveKit's API for these rooms; null: it fails. */
const serveApi = async (rooms: () => Record<string, Room> | null) => {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { room = '' } = JSON.parse(Buffer.concat(chunks).toString());
    const all = rooms();
    const json = { 'content-type': 'application/json' };
    if (all === null) {
      response.writeHead(503, json).end(JSON.stringify({ code: 'unavailable', msg: 'down' }));
      return;
    }
    const { agents = [], jobs } = all[room] ?? {};
    const answers: Record<string, object> = {
      ListRooms: { rooms: Object.keys(all).map((name) => ({ name })) },
      ListParticipants: {
        participants: agents.map((identity) => ({ identity, kind: 'AGENT' })),
      },
      ListDispatch: {
        agentDispatches:
          jobs === undefined
            ? []
            : [
                {
                  id: `AD_${room}`,
                  agentName: room.split('/')[0],
                  state: { jobs: jobs.map((status) => ({ state: { status } })) },
                },
              ],
      },
    };
    const method = request.url?.split('/').at(-1) ?? '';
    response.writeHead(200, json).end(JSON.stringify(answers[method]));
  });
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { name: 'lab', url, apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-bytes' };
};

type Target = Awaited<ReturnType<typeof serveApi>>;

/** Start a source that polls all the time. */
const start = async (targets: readonly Target[], pools: readonly WorkerPool[] = []) => {
  const log: string[] = [];
  const ups: boolean[] = [];
  const source: Source = createAgentsSource(
    targets,
    { intervalMs: 20, lostAfterMs: 60, pools },
    {
      error: (message) => void log.push(`error: ${message}`),
      log: (message) => void log.push(message),
      up: (works) => void ups.push(works),
    },
  );
  cleanUps.push(() => source.stop());
  await source.start();
  const series = async () =>
    parseExposition((await render(await collect(source.registry), 'text')).body);
  const figure = async (name: string, labels: Record<string, string> = {}) =>
    sumOf(await series(), `livekit_swarm_agents_${name}`, labels);
  return { log, ups, series, figure };
};

const become = (figure: () => Promise<unknown>, value: unknown): Promise<void> =>
  vi.waitFor(async () => expect(await figure()).toEqual(value), { timeout: 10_000 });

test('rooms that wait, jobs by state and agents are counted, by agent', async () => {
  const target = await serveApi(() => ({
    'support/1': { jobs: ['JS_RUNNING'], agents: ['agent-1'] },
    'support/2': { jobs: [] },
    'sales/1': { jobs: ['JS_FAILED'] },
    people: {},
  }));
  const { figure, ups } = await start([target]);
  await become(() => figure('participants', { target: 'lab' }), 1);
  expect(await figure('rooms_waiting', { agent: 'support' })).toBe(1);
  expect(await figure('rooms_waiting', { agent: 'sales' })).toBe(1);
  expect(await figure('jobs', { agent: 'support', state: 'running' })).toBe(1);
  expect(await figure('jobs', { agent: 'support', state: 'pending' })).toBe(0);
  expect(await figure('jobs', { agent: 'sales', state: 'failed' })).toBe(1);
  expect(await figure('rooms_unread')).toBe(0);
  expect(ups[0]).toBe(true);
});

test('a job is lost once, and its counter begins at 0', async () => {
  let rooms: Record<string, Room> = { 'support/1': { jobs: ['JS_RUNNING'], agents: ['a'] } };
  const target = await serveApi(() => rooms);
  const { figure } = await start([target]);
  await become(() => figure('jobs_lost_total', { agent: 'support' }), 0);
  rooms = { 'support/1': { jobs: ['JS_RUNNING'] }, 'support/2': { jobs: [] } };
  await become(() => figure('jobs_lost_total', { agent: 'support' }), 2);
  rooms = {};
  await become(() => figure('rooms_waiting', { agent: 'support' }), 0);
  expect(await figure('jobs_lost_total', { agent: 'support' })).toBe(2);
});

test('gauges go while the API does not answer, and the outage is logged once', async () => {
  let isDown = false;
  const target = await serveApi(() => (isDown ? null : { 'support/1': { jobs: [] } }));
  const { figure, log, ups } = await start([target]);
  await become(() => figure('rooms_waiting'), 1);
  isDown = true;
  await become(() => figure('rooms_waiting'), undefined);
  expect(await figure('participants')).toBeUndefined();
  expect(await figure('api_errors_total')).toBeGreaterThanOrEqual(3);
  expect(ups.at(-1)).toBe(false);
  isDown = false;
  await become(() => figure('rooms_waiting'), 1);
  expect(log).toEqual([
    expect.stringMatching(/^lab: .*unavailable|down/),
    'lab: the API answers again',
  ]);
});

test('names of agents beyond a hundred share one label', async () => {
  const rooms = Object.fromEntries(
    Array.from({ length: 110 }, (_, index) => [`agent-${index}/1`, { jobs: [] }]),
  );
  const target = await serveApi(() => rooms);
  const { figure, series } = await start([target]);
  await become(() => figure('rooms_waiting', { agent: 'other' }), 10);
  const agents = (await series()).filter(({ name }) => name.endsWith('_rooms_waiting'));
  expect(agents).toHaveLength(101);
});

test('workers are shown with their state, and the version of one that dies is kept', async () => {
  const shown = {
    isRegistered: true,
    agentName: 'support',
    version: '1.9.0',
    jobs: 3,
    load: 0.4,
    cpuSeconds: 1,
    residentBytes: 1e8,
  };
  const a = await serveWorkerPages(shown, { host: '127.0.0.1', port: 0 });
  const b = await serveWorkerPages(
    { ...shown, isRegistered: false, version: '1.8.0' },
    { host: '127.0.0.1', port: 0 },
  );
  cleanUps.push(() => b.close());
  const { figure, log } = await start(
    [],
    [{ name: 'support', urls: [a.url, b.url], everyAddress: false, metricsPort: null, maxJobs: 8 }],
  );
  const worker = new URL(a.url).host;
  await become(() => figure('workers', { pool: 'support', state: 'up' }), 1);
  expect(await figure('workers', { state: 'down' })).toBe(1);
  expect(await figure('worker_jobs', { worker })).toBe(3);
  expect(await figure('worker_load_ratio', { worker })).toBe(0.4);
  expect(await figure('worker_max_jobs', { pool: 'support' })).toBe(8);
  expect(await figure('worker_info', { worker, agent: 'support', version: '1.9.0' })).toBe(1);
  await a.close();
  await become(() => figure('worker_up', { worker }), 0);
  expect(await figure('worker_jobs', { worker })).toBeUndefined();
  expect(await figure('worker_info', { worker, version: '1.9.0' })).toBe(1);
  await become(() => figure('workers', { state: 'down' }), 2);
  expect(log.filter((line) => line.includes(worker))).toEqual([
    expect.stringMatching(/^support, .*cannot be read/),
  ]);
});

test('a pool with more workers than are watched is logged once', async () => {
  const urls = Array.from({ length: 501 }, (_, index) => `http://127.0.0.1:${index + 1}`);
  const { log, figure } = await start(
    [],
    [{ name: 'support', urls, everyAddress: false, metricsPort: null, maxJobs: null }],
  );
  await become(() => figure('workers', { state: 'down' }), 500);
  await become(() => figure('worker_up', { worker: '127.0.0.1:1' }), 0);
  expect(log.filter((line) => line.startsWith('support: '))).toEqual([
    'support: has 501 workers, of which the first 500 are watched: make several pools of them',
  ]);
});
