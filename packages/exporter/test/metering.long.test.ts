/**
 * Meters two groups of rooms on a cluster of two nodes. A third of the webhooks is lost, and one
 * node is killed midway. Minutes are compared with the record of the load, traffic with the
 * kernel's counters.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { createParticipantHistories, stateIntervals } from '@livekit-swarm/analysis';
import { collect } from '@livekit-swarm/catalogue/registry';
import { generateCredentials, startCluster } from '@livekit-swarm/lab';
import { readNodeId } from '@livekit-swarm/probe';
import type { RecordLine } from '@livekit-swarm/record';
import { createRooms } from '@livekit-swarm/testkit/create-rooms';
import { holdTable, listCounters } from '@livekit-swarm/testkit/nft';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { runSmallLoad } from '@livekit-swarm/testkit/small-load';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Source } from '../src/source.ts';
import { createLifecycleSource } from '../src/sources/lifecycle/lifecycle-source.ts';

const MINUTE_MS = 60_000;
const RUN_MS = 110_000;
/** Time after which the node with half of the rooms is killed, ms. */
const KILL_AFTER_MS = 50_000;
/**
 * Time until all figures have arrived, ms: livekit-server counts media every five seconds and
 * reports every two, and the exporter polls every second.
 */
const SETTLE_MS = 10_000;
const GROUPS = ['acme', 'school'] as const;

const rooms = (roomPrefix: (typeof GROUPS)[number], participants: number) =>
  groupOf(
    { type: 'constant-rooms', rooms: 2, joinRate: 10, durationMs: RUN_MS },
    {
      name: roomPrefix,
      roomPrefix,
      roles: [
        roleOf({
          count: participants,
          publish: [
            { kind: 'audio' },
            {
              kind: 'video',
              source: 'camera',
              codec: 'vp8',
              resolution: '360p',
              simulcast: false,
            },
          ],
        }),
      ],
    },
  );

const load = scenarioOf([rooms('acme', 3), rooms('school', 2)]);

/** Values of a counter by one of its labels. */
const counted = async (
  source: Source,
  name: string,
  label: string,
): Promise<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const metric of await collect(source.registry)) {
    if (metric.name !== name) continue;
    for (const { labels, value } of metric.values) {
      const key = String(labels[label]);
      sums[key] = (sums[key] ?? 0) + value;
    }
  }
  return sums;
};

/**
 * Minutes in which participants were connected according to the record, by the prefix of their
 * rooms. Participants on the dead node notice its death late; their minutes end with it, until they
 * have rejoined.
 */
const recordedMinutes = (
  lines: readonly RecordLine[],
  dead: { node: string; atUnixMs: number },
): Record<string, number> => {
  const fold = createParticipantHistories({ participants: 100, rooms: 100 });
  const onDead = new Set<string>();
  let deadAtMs = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    fold.add(line);
    if (line.type === 'header') deadAtMs = dead.atUnixMs - line.startedAtMs;
    if (line.type === 'event' && line.event === 'joined' && line.node === dead.node)
      onDead.add(line.identity ?? '');
  }
  const minutes: Record<string, number> = {};
  for (const participant of fold.result().participants) {
    const group = participant.room.split('-')[0] ?? '';
    for (const { state, fromMs, toMs } of stateIntervals(participant, RUN_MS)) {
      if (state !== 'connected') continue;
      const isCut = onDead.has(participant.identity) && fromMs < deadAtMs;
      const untilMs = isCut ? Math.min(toMs, deadAtMs) : toMs;
      minutes[group] = (minutes[group] ?? 0) + (untilMs - fromMs) / MINUTE_MS;
    }
  }
  return minutes;
};

/** Bytes of each counter, including IP headers. */
const readCounters = async (table: string): Promise<Record<string, number>> => {
  const { nftables } = JSON.parse(await listCounters([], table)) as {
    nftables: { counter?: { name: string; bytes: number } }[];
  };
  return Object.fromEntries(
    nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.bytes]],
    ),
  );
};

const sum = (of: Record<string, number>): number =>
  Object.values(of).reduce((all, value) => all + value, 0);

await skipWithout('redis', 'haproxy', 'packet-filter');

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-metering-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('meters minutes within 1 % of the record and traffic within 2 % of the kernel, with lost webhooks and a node killed midway', async () => {
  const hooks = new Hono();
  let received = 0;
  hooks.use('/webhook/*', (context, next) =>
    received++ % 3 === 0 ? Promise.resolve(context.text('lost on the way', 200)) : next(),
  );
  const server = createAdaptorServer({ fetch: hooks.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = generateCredentials();
  await using cluster = await startCluster({
    dir,
    nodes: 2,
    credentials,
    config: {
      webhook: { api_key: credentials.apiKey, urls: [`http://127.0.0.1:${port}/webhook/lab`] },
    },
  });
  const [one, two] = cluster.nodes;
  if (one === undefined || two === undefined) throw new Error('expected two nodes');
  const source = createLifecycleSource(
    [
      {
        deployment: { name: 'lab', ...credentials },
        httpUrl: two.httpUrl,
        redisUrl: cluster.redisUrl,
        intervalMs: 1_000,
        metering: { by: 'prefix', prefixes: GROUPS },
      },
    ],
    { error: () => {}, log: () => {}, up: () => {} },
  );
  if (source.publicRoutes !== undefined) hooks.route('/', source.publicRoutes);
  const table = `swarm_metering_${process.pid}_${randomBytes(3).toString('hex')}`;
  const portsOf = ({ ports: { udpFirst, udpLast } }: typeof one): string =>
    `${udpFirst}-${udpLast}`;
  const kernel = await holdTable(
    [],
    table,
    `
  counter one_in { }
  counter one_out { }
  counter two_in { }
  counter two_out { }
  chain arriving {
    type filter hook input priority 0; policy accept;
    udp dport ${portsOf(one)} counter name one_in
    udp sport ${portsOf(one)} counter name one_out
    udp dport ${portsOf(two)} counter name two_in
    udp sport ${portsOf(two)} counter name two_out
  }`,
  );
  const lines: RecordLine[] = [];
  try {
    const ids = await Promise.all(
      [one, two].map(({ metricsUrl }) => readNodeId(metricsUrl, 5_000)),
    );
    const name = 'm3t3r';
    await createRooms(cluster, ids, { name, load });
    await source.start();
    const running = runSmallLoad({
      name,
      load,
      // The other node signals for all rooms: a load balancer would take some seconds to detect the
      // death.
      url: two.url,
      ...credentials,
      dir,
      stop: new AbortController().signal,
      onLine: (line) => lines.push(line),
    });
    await sleep(KILL_AFTER_MS);
    cluster.service(one.name).signal('SIGKILL');
    const diedAt = Date.now();
    const atDeath = await readCounters(table);
    await running;
    await sleep(SETTLE_MS);

    const minutes = await counted(
      source,
      'livekit_swarm_lifecycle_participant_minutes_total',
      'group',
    );
    const recorded = recordedMinutes(lines, { node: ids[0] ?? '', atUnixMs: diedAt });
    const bytes = await counted(source, 'livekit_swarm_lifecycle_media_bytes_total', 'direction');
    const [dead, alive] = [atDeath, await readCounters(table)];
    const truth: Record<string, number> = {
      // Packets that participants send to the dead node do not arrive there.
      in: (dead.one_in ?? 0) + (alive.two_in ?? 0),
      out: (alive.one_out ?? 0) + (alive.two_out ?? 0),
    };

    expect(received).toBeGreaterThan(20);
    expect(sum(recorded)).toBeGreaterThan(10);
    expect(sum(minutes) / sum(recorded)).toBeGreaterThan(0.99);
    expect(sum(minutes) / sum(recorded)).toBeLessThan(1.01);
    expect(minutes.other).toBe(0);
    for (const direction of ['in', 'out']) {
      const share = (bytes[direction] ?? 0) / (truth[direction] ?? 0);
      expect(share).toBeGreaterThan(0.98);
      expect(share).toBeLessThan(1.02);
    }
  } finally {
    await kernel.release();
    await source.stop();
    await new Promise((resolve) => server.close(resolve));
  }
});
