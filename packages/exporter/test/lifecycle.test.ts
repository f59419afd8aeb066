import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { EgressInfo, EgressStatus } from '@livekit/protocol';
import { collect } from '@livekit-swarm/catalogue/registry';
import { generateCredentials, startCluster } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { runSmallLoad } from '@livekit-swarm/testkit/small-load';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Source } from '../src/source.ts';
import { createLifecycleSource } from '../src/sources/lifecycle/lifecycle-source.ts';

const context = { error: () => {}, log: () => {}, up: () => {} };

/** Current value of a metric; sum of its series. */
const figure = async (
  source: Source,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> =>
  (await collect(source.registry))
    .flatMap((metric) =>
      metric.values.map((value) => ({ ...value, of: value.metricName ?? metric.name })),
    )
    .filter(
      (value) =>
        value.of === name &&
        Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
    )
    .reduce((sum, { value }) => sum + value, 0);

const eventually = async (holds: () => Promise<boolean>, ms = 15_000): Promise<boolean> => {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await sleep(200);
  }
  return false;
};

/** Store egresses in LiveKit's Redis in the form in which the egress service leaves them. */
const storeEgresses = async (
  redisUrl: string,
  statuses: readonly EgressStatus[],
): Promise<void> => {
  const redis = new Redis(redisUrl);
  for (const [index, status] of statuses.entries()) {
    const info = new EgressInfo({ egressId: `EG_${index}`, roomName: 'recorded', status });
    await redis.hset('egress', info.egressId, Buffer.from(info.toBinary()));
  }
  redis.disconnect();
};

await skipWithout('redis', 'haproxy');

test('follows rooms, participants and tracks of a real cluster, and finds the ghost rooms of a dead node', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-lifecycle-'));
  const hooks = new Hono();
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
  const second = cluster.nodes[1];
  if (second === undefined) throw new Error('expected a second node');
  const source = createLifecycleSource(
    [
      {
        deployment: { name: 'lab', ...credentials },
        httpUrl: second.httpUrl,
        redisUrl: cluster.redisUrl,
        intervalMs: 300,
        metering: null,
      },
    ],
    context,
  );
  if (source.publicRoutes !== undefined) hooks.route('/', source.publicRoutes);
  await storeEgresses(cluster.redisUrl ?? '', [
    EgressStatus.EGRESS_ACTIVE,
    EgressStatus.EGRESS_FAILED,
    EgressStatus.EGRESS_FAILED,
    EgressStatus.EGRESS_LIMIT_REACHED,
  ]);
  await source.start();
  const stop = new AbortController();
  try {
    const running = runSmallLoad({
      name: 'l1fe',
      load: { rooms: 8, participants: 2, publish: ['audio'], durationMs: 60_000 },
      url: cluster.url,
      ...credentials,
      dir,
      stop: stop.signal,
    });
    expect(
      await eventually(
        async () => (await figure(source, 'livekit_swarm_lifecycle_participants')) === 16,
      ),
    ).toBe(true);
    expect(await figure(source, 'livekit_swarm_lifecycle_rooms')).toBe(8);
    expect(
      await figure(source, 'livekit_swarm_lifecycle_registry_nodes', { state: 'serving' }),
    ).toBe(2);
    expect(await figure(source, 'livekit_swarm_lifecycle_registry_rooms')).toBe(8);
    expect(
      await eventually(
        async () =>
          (await figure(source, 'livekit_swarm_lifecycle_participant_joins_total')) === 16,
      ),
    ).toBe(true);
    expect(await figure(source, 'livekit_swarm_lifecycle_room_starts_total')).toBe(8);
    expect(
      await figure(source, 'livekit_swarm_lifecycle_tracks_published_total', {
        kind: 'audio',
        source: 'microphone',
      }),
    ).toBe(16);
    expect(await figure(source, 'livekit_swarm_lifecycle_ghost_rooms')).toBe(0);
    const egresses = (status: string) =>
      figure(source, 'livekit_swarm_lifecycle_egress', { status });
    expect(await egresses('active')).toBe(1);
    // The count of ended egresses stays while the API is polled for active ones.
    expect(await egresses('failed')).toBe(2);
    expect(await egresses('limit_reached')).toBe(1);

    // The node that clients are connected to is killed: its rooms stay in the registry until a
    // participant rejoins.
    cluster.service('node-1').signal('SIGKILL');
    expect(
      await eventually(
        async () =>
          (await figure(source, 'livekit_swarm_lifecycle_registry_nodes', { state: 'stale' })) ===
          1,
      ),
    ).toBe(true);
    stop.abort();
    await running;
    expect(
      await eventually(
        async () => (await figure(source, 'livekit_swarm_lifecycle_ghost_rooms')) > 0,
        8_000,
      ),
    ).toBe(true);
  } finally {
    stop.abort();
    await source.stop();
    server.close();
  }
});
