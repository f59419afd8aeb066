/**
 * Effects of faults on participants, on a cluster of two nodes behind a load balancer. The
 * durations are compared with those of faults of known length.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterNode, startCluster } from '@livekit-swarm/lab';
import type { EventLine, EventName } from '@livekit-swarm/record';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AUDIO, openTestRoom, seconds, type TestRoom, until } from './support/test-room.ts';

const speaker = { publish: [AUDIO], expectedTracks: { audio: 3, video: 0 } };
const PAIRS = 4 * 3;
const unavailable = await skipWithout('redis', 'haproxy', 'packet-filter');

let dir: string;
let cluster: Cluster;
beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-faults-'));
  cluster = await startCluster({ dir, nodes: 2, with: ['redis', 'haproxy'] });
});
// A test that failed may have left a node dead.
beforeEach(() => startAll());
afterAll(async () => {
  await cluster?.stop();
  if (unavailable === null) await rm(dir, { recursive: true, force: true });
});

/** Start all nodes that do not run, and wait until the balancer uses them. */
const startAll = async (): Promise<void> => {
  if (unavailable !== null) return;
  for (const { name } of cluster.nodes) await cluster.service(name).start();
  await until('the balancer uses all nodes', async () => {
    const stats = await fetch(`${cluster.balancerStatsUrl}/metrics`).then((response) =>
      response.text(),
    );
    return cluster.nodes.every(({ name }) =>
      stats.includes(`haproxy_server_status{proxy="livekit",server="${name}",state="UP"} 1`),
    );
  });
};

/** Four participants with audio that recover like an application. */
const openFour = async (): Promise<TestRoom> => {
  const testRoom = openTestRoom({
    target: cluster,
    signalling: 'v1',
    reconnectPolicy: 'app',
    watchMedia: true,
  });
  await testRoom.join(speaker, speaker, speaker, speaker);
  await until('all hear all', () => testRoom.of('media_started').length === PAIRS);
  return testRoom;
};

/** Node with this id, which its metrics contain. */
const nodeOf = async (id: string | undefined): Promise<ClusterNode> => {
  for (const node of cluster.nodes) {
    const metrics = await fetch(node.metricsUrl).then(
      (response) => response.text(),
      () => '',
    );
    if (id !== undefined && metrics.includes(`node_id="${id}"`)) return node;
  }
  throw new Error(`no node calls itself ${id}`);
};

const pairOf = ({ identity, publisher, kind }: EventLine): string =>
  `${identity} ${publisher} ${kind}`;
const pairsIn = (events: readonly EventLine[]): number => new Set(events.map(pairOf)).size;
const since = (testRoom: TestRoom, event: EventName, mark: number): EventLine[] =>
  testRoom.events.slice(mark).filter((line) => line.event === event);

test('every subscription measures a network outage of three seconds', async () => {
  await using testRoom = await openFour();
  expect(testRoom.of('media_started').map(pairOf)).toHaveLength(
    pairsIn(testRoom.of('media_started')),
  );
  const { ports } = await nodeOf(testRoom.of('joined')[0]?.node);
  const range = `${ports.udpFirst}-${ports.udpLast}`;
  await seconds(1);
  const mark = testRoom.events.length;
  // A timer of the kernel ends the outage, and defines its duration.
  const hole = await holdTable(
    [],
    `swarm_hole_${process.pid}`,
    `
    set holes { type inet_service; flags interval, timeout; elements = { ${range} timeout 3s }; }
    chain arriving {
      type filter hook input priority 0; policy accept;
      udp dport @holes drop
      udp sport @holes drop
    }`,
  );
  try {
    await until(
      'all hear all again',
      () => pairsIn(since(testRoom, 'media_resumed', mark)) === PAIRS,
    );
  } finally {
    await hole.release();
  }
  await seconds(0.5);
  const back = since(testRoom, 'media_resumed', mark);
  expect(back).toHaveLength(PAIRS);
  for (const { durationMs } of back) expect(Math.abs((durationMs ?? 0) - 3_000)).toBeLessThan(100);
  const lost = new Map(
    since(testRoom, 'media_interrupted', mark).map((line) => [pairOf(line), line]),
  );
  expect(lost.size).toBe(PAIRS);
  // Both events report the same interruption.
  for (const line of back)
    expect(lost.get(pairOf(line))?.at).toBeCloseTo(line.at - (line.durationMs ?? 0), 3);
  // Media was interrupted, but no signal connection was lost.
  expect(testRoom.of('signal_lost')).toEqual([]);
  for (const line of await testRoom.leave())
    expect(line).toMatchObject({ outcome: 'left', remoteParticipants: 3 });
});

test('all participants leave a killed node, and a node that shuts down', async () => {
  await using testRoom = await openFour();
  expect(new Set(testRoom.of('joined').map(({ backend }) => backend))).toEqual(
    new Set(['node-1', 'node-2']),
  );
  const first = await nodeOf(testRoom.of('joined')[0]?.node);
  const second = cluster.nodes.find((node) => node !== first)?.name ?? '';

  const killed = testRoom.events.length;
  cluster.service(first.name).signal('SIGKILL');
  const killedAt = Date.now();
  // The balancer names the node that answered, even if it tried the dead one first.
  await cluster.service(first.name).ended();
  for (let asked = 0; asked < 4; asked++) {
    const { status, headers } = await fetch(cluster.httpUrl);
    expect([status, headers.get('x-livekit-backend')]).toEqual([200, second]);
  }
  await until(
    'all hear all again',
    () => pairsIn(since(testRoom, 'media_resumed', killed)) === PAIRS,
    40,
  );
  const back = since(testRoom, 'reconnected', killed);
  expect(back.length).toBeGreaterThanOrEqual(4);
  for (const { backend } of back) expect(backend).toBe(second);
  expect(since(testRoom, 'media_started', killed)).toEqual([]);
  for (const { durationMs } of since(testRoom, 'media_resumed', killed)) {
    expect(durationMs).toBeGreaterThan(500);
    expect(durationMs).toBeLessThan(Date.now() - killedAt + 1_000);
  }

  await startAll();
  await seconds(1);
  const ended = testRoom.events.length;
  // The first SIGTERM drains the node, and the second ends it at once: all participants are
  // disconnected.
  cluster.service(second).signal('SIGTERM');
  await seconds(0.3);
  cluster.service(second).signal('SIGTERM');
  // Sometimes the node closes a signal connection before the LEAVE has passed through Redis. Such a
  // participant does not learn of the shutdown: it reconnects, and the others join again.
  const returns = (): EventLine[] => [
    ...since(testRoom, 'rejoined', ended),
    ...since(testRoom, 'reconnected', ended),
  ];
  await until('all have returned', () => returns().length === 4);
  const disconnected = since(testRoom, 'disconnected', ended);
  expect(disconnected.length).toBeGreaterThan(0);
  for (const { reason } of disconnected) expect(reason).toBe('server_shutdown');
  const lost = since(testRoom, 'signal_lost', ended);
  expect([...disconnected, ...lost].map(({ identity }) => identity).sort()).toEqual(
    [0, 1, 2, 3].map((guest) => `guest-${guest}`),
  );
  for (const { event, identity, durationMs, attempt, backend } of returns()) {
    const leftBy = event === 'rejoined' ? disconnected : lost;
    expect(leftBy.map((line) => line.identity)).toContain(identity);
    expect(durationMs).toBeGreaterThan(300);
    expect(attempt).toBeGreaterThanOrEqual(1);
    expect(backend).toBe(first.name);
  }
  await until(
    'all hear all again',
    () => pairsIn(since(testRoom, 'media_resumed', ended)) === PAIRS,
  );
  for (const line of await testRoom.leave()) {
    expect(line).toMatchObject({ outcome: 'left', reason: null, remoteParticipants: 3 });
    const rejoined = disconnected.some(({ identity }) => identity === line.identity);
    expect(line.rejoins ?? 0).toBe(rejoined ? 1 : 0);
    expect(
      line.tracks.filter(({ direction, activeAtEnd }) => direction === 'down' && activeAtEnd),
    ).toHaveLength(3);
  }
});
