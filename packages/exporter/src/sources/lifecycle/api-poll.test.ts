import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIFECYCLE_METRICS } from '@livekit-swarm/catalogue';
import { collect, registerFamily } from '@livekit-swarm/catalogue/registry';
import { Registry } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { type ApiPoll, createApiPoll } from './api-poll.ts';

afterEach(() => void vi.restoreAllMocks());

const TRUNKS = { items: [{ sipTrunkId: 'ST_1', numbers: ['+12025550100'] }] };
const MINUTE_MS = 60_000;

type Answer = [status: number, body: object | string];
const WITHOUT_REDIS: Answer = [
  503,
  { code: 'unavailable', msg: 'sip not connected (redis required)' },
];
const FAILS: Answer = [500, { code: 'internal', msg: 'no response' }];
const BLOCKED: Answer = [403, '<html>'];

interface Polled {
  poll: ApiPoll;
  /** Answer to calls of SIP from now on. */
  answer(next: Answer): void;
  /** Paths that were called since the last look at them. */
  calls(): string[];
  later(ms: number): void;
  /** Series of trunks, and errors that were counted. */
  trunks(): Promise<number>;
  errors(): Promise<number>;
}

/** Polls of a server that lists no rooms, with an inbound trunk, and a clock that can be moved. */
const polled = async (run: (polled: Polled) => Promise<void>): Promise<void> => {
  let sip: Answer = [200, TRUNKS];
  const paths: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    paths.push(url.split('/').at(-1) ?? '');
    const [status, body] = url.includes('livekit.SIP/') ? sip : ([200, {}] as const);
    const isJson = typeof body !== 'string';
    response
      .writeHead(status, isJson ? { 'content-type': 'application/json' } : { server: 'nginx' })
      .end(isJson ? JSON.stringify(body) : body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let aheadMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
  const registry = new Registry();
  const metrics = registerFamily(registry, LIFECYCLE_METRICS);
  const { port } = server.address() as AddressInfo;
  const deployment = { name: 'lab', apiKey: 'key', apiSecret: 'a secret of thirty-two characters' };
  const valuesOf = async (metric: string) =>
    (await collect(registry)).find(({ name }) => name === metric)?.values ?? [];
  try {
    await run({
      poll: createApiPoll(deployment, `http://127.0.0.1:${port}`, metrics, () => {}),
      answer: (next) => {
        sip = next;
      },
      calls: () => paths.splice(0),
      later: (ms) => {
        aheadMs += ms;
      },
      trunks: async () => (await valuesOf('livekit_swarm_lifecycle_sip_trunks')).length,
      errors: async () =>
        (await valuesOf('livekit_swarm_lifecycle_api_errors_total')).find(
          ({ labels }) => labels.call === 'list_sip',
        )?.value ?? 0,
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

it('asks for trunks once a minute, also while the call fails, and forgets them after three', () =>
  polled(async ({ poll, answer, calls, later, trunks, errors }) => {
    await poll.look();
    expect(await trunks()).toBe(2);
    answer(FAILS);
    for (const [failures, series] of [
      [1, 2],
      [2, 2],
      [3, 0],
    ] as const) {
      later(MINUTE_MS);
      await poll.look();
      calls();
      await poll.look();
      expect(calls()).not.toContain('ListSIPInboundTrunk');
      expect([await errors(), await trunks()]).toEqual([failures, series]);
    }
    answer([200, TRUNKS]);
    later(MINUTE_MS);
    await poll.look();
    expect(await trunks()).toBe(2);
  }));

it.each([
  ['livekit-server has no Redis', WITHOUT_REDIS],
  ['a proxy blocks the calls of SIP', BLOCKED],
])('has no trunks where %s, counts no error, and asks again after an hour', (_, without) =>
  polled(async ({ poll, answer, calls, later, trunks, errors }) => {
    await poll.look();
    answer(without);
    later(MINUTE_MS);
    await poll.look();
    expect([await errors(), await trunks()]).toEqual([0, 0]);
    calls();
    later(30 * MINUTE_MS);
    await poll.look();
    expect(calls()).toEqual(['ListRooms', 'ListEgress', 'ListIngress']);
    answer([200, TRUNKS]);
    later(30 * MINUTE_MS);
    await poll.look();
    expect(await trunks()).toBe(2);
  }),
);

it('asks for what was missing at once where the server did not respond in between', () =>
  polled(async ({ poll, answer, trunks }) => {
    answer(WITHOUT_REDIS);
    await poll.look();
    poll.forget();
    answer([200, TRUNKS]);
    await poll.look();
    expect(await trunks()).toBe(2);
  }));
