import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, type LiveKitVersion, startCluster } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings';
import type { Pair, PairState, TestedClient } from './pair.ts';

/** Result of one check: time that it took, ms, or the reason for which it failed. */
export type CheckResult = { ms: number; by?: 'resume' | 'reconnect' } | { failed: string };

/** Checks of one client with one server, in the order in which they are made. */
export const CHECKS = ['join', 'media', 'data', 'signalLoss', 'nodeLoss'] as const;

export type CheckName = (typeof CHECKS)[number];

export interface PairResult {
  client: string;
  server: string;
  checks: Record<CheckName, CheckResult>;
}

const ROOM = 'compatibility';
const JOIN_MS = 20_000;
const FLOW_MS = 20_000;
/** Longest recovery, ms: SDKs try to reconnect for about 40 s. */
const RECOVER_MS = 60_000;
const POLL_MS = 100;
/** Time within which both kinds of media must arrive at both, ms. */
const WINDOW_MS = 1_000;

/**
 * Checks a client with a server in a lab of two nodes behind a load balancer: both join, media and
 * messages flow both ways, and flow again after every signal connection was cut, and after the node
 * of the room was killed.
 */
export const checkPair = async (
  client: TestedClient,
  version: LiveKitVersion,
): Promise<PairResult> => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-compatibility-'));
  const cluster = await startCluster({
    dir: join(dir, 'lab'),
    nodes: 2,
    with: ['redis', 'haproxy'],
    version,
  });
  try {
    await using pair = await client.open();
    const checks = await checksOf(pair, cluster);
    return { client: client.name, server: version, checks };
  } finally {
    await cluster.stop();
    await rm(dir, { recursive: true, force: true });
  }
};

const NOT_CHECKED: CheckResult = { failed: 'not checked' };

const checksOf = async (pair: Pair, cluster: Cluster): Promise<PairResult['checks']> => {
  const checks: PairResult['checks'] = {
    join: NOT_CHECKED,
    media: NOT_CHECKED,
    data: NOT_CHECKED,
    signalLoss: NOT_CHECKED,
    nodeLoss: NOT_CHECKED,
  };
  const tokens = [tokenOf(cluster, 'user-0'), tokenOf(cluster, 'user-1')] as const;
  checks.join = await timed(() => within(JOIN_MS, pair.join(cluster.url, tokens)));
  if ('failed' in checks.join) return checks;
  checks.media = await timed(() => untilFlowing(pair, FLOW_MS));
  checks.data = await timed(() => untilHeard(pair));
  if ('failed' in checks.media) return checks;
  checks.signalLoss = await recovery(pair, async () => {
    const balancer = cluster.service('haproxy');
    balancer.signal('SIGKILL');
    await balancer.ended();
    await balancer.start();
  });
  checks.nodeLoss = await recovery(pair, async () => {
    const node = cluster.service(await nodeOfRoom(cluster));
    node.signal('SIGKILL');
    await node.ended();
  });
  return checks;
};

const tokenOf = ({ apiKey, apiSecret }: Cluster, identity: string): string =>
  makeToken({
    apiKey,
    apiSecret,
    room: ROOM,
    identity,
    publish: { audio: true, video: true, data: true },
    subscribe: true,
    ttlSeconds: 600,
  });

const timed = async (check: () => Promise<unknown>): Promise<CheckResult> => {
  const began = performance.now();
  try {
    await check();
    return { ms: Math.round(performance.now() - began) };
  } catch (error) {
    return { failed: messageOf(error) };
  }
};

const within = <T>(ms: number, promise: Promise<T>): Promise<T> =>
  Promise.race([
    promise,
    sleep(ms).then(() => {
      throw new Error(`not within ${ms / 1_000} s`);
    }),
  ]);

/** Resolves once audio and video have arrived at both within a second. */
const untilFlowing = async (pair: Pair, withinMs: number): Promise<void> => {
  const deadline = performance.now() + withinMs;
  for (let missing = ''; ; ) {
    const before = await pair.read();
    await sleep(WINDOW_MS);
    missing = missingMedia(before, await pair.read());
    if (missing === '') return;
    if (performance.now() > deadline) throw new Error(`no ${missing} within ${withinMs / 1_000} s`);
  }
};

const missingMedia = (before: PairState, after: PairState): string =>
  (['audio', 'video'] as const)
    .filter((kind) =>
      after.received.some((one, index) => one[kind] <= (before.received[index]?.[kind] ?? 0)),
    )
    .join(' and ');

const untilHeard = async (pair: Pair): Promise<void> => {
  const { received: before } = await pair.read();
  await pair.say();
  const deadline = performance.now() + FLOW_MS;
  while (performance.now() < deadline) {
    const { received } = await pair.read();
    if (received.every(({ messages }, index) => messages > (before[index]?.messages ?? 0))) return;
    await sleep(POLL_MS);
  }
  throw new Error(`no message within ${FLOW_MS / 1_000} s`);
};

/** Time from a loss until the client reported a recovery and media flows again. */
const recovery = async (pair: Pair, lose: () => Promise<void>): Promise<CheckResult> => {
  const { reports: before } = await pair.read();
  const began = performance.now();
  try {
    await lose();
    for (;;) {
      const { reports } = await pair.read();
      if (reports.disconnected > before.disconnected) return { failed: 'disconnected' };
      const resumed = reports.resumed - before.resumed;
      const reconnected = reports.reconnected - before.reconnected;
      if (resumed + reconnected >= 2) {
        await untilFlowing(pair, RECOVER_MS - (performance.now() - began));
        const ms = Math.round(performance.now() - began);
        return { ms, by: reconnected > 0 ? 'reconnect' : 'resume' };
      }
      if (performance.now() - began > RECOVER_MS)
        return { failed: `no recovery within ${RECOVER_MS / 1_000} s` };
      await sleep(POLL_MS);
    }
  } catch (error) {
    return { failed: messageOf(error) };
  }
};

/** Name of the node that holds the room. */
const nodeOfRoom = async ({ nodes }: Cluster): Promise<string> => {
  for (const { name, metricsUrl } of nodes) {
    const text = await (await fetch(metricsUrl)).text();
    if (/^livekit_room_total\{[^}]*\} [1-9]/m.test(text)) return name;
  }
  throw new Error('no node reports a room');
};
