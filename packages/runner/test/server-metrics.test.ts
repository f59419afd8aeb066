import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import type { ServerLine, ServerMissingLine } from '@livekit-swarm/record';
import { openControlGroup, whyNoControlGroup } from '@livekit-swarm/testkit/control-group';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  metricsSource,
  processSource,
  prometheusSource,
  redisSource,
  type ServerSource,
} from '../src/index.ts';
import { startServerSampler } from '../src/server-metrics/server-sampler.ts';

await skipWithout('redis', 'prometheus');

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-server-metrics-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Lines of the sources until a condition holds, for 20 s at most. */
const recorded = async (
  sources: ServerSource[],
  isEnough: (lines: readonly ServerLine[]) => boolean | Promise<boolean>,
): Promise<{ lines: ServerLine[]; missing: ServerMissingLine[]; text: string }> => {
  const lines: ServerLine[] = [];
  const missing: ServerMissingLine[] = [];
  const startedAt = performance.now();
  const sampler = startServerSampler({
    sources,
    elapsedMs: () => performance.now() - startedAt,
    append: (line) => (line.type === 'server' ? lines.push(line) : missing.push(line)),
  });
  await sampler.started;
  while (!(await isEnough(lines)) && performance.now() - startedAt < 20_000) await sleep(200);
  await sampler.sampleNow();
  await sampler.stop();
  return { lines, missing, text: JSON.stringify([lines, missing]) };
};

describe('a cluster of two nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      dir: join(dir, 'cluster'),
      nodes: 2,
      with: ['redis', 'prometheus'],
      intervalSeconds: 1,
    });
    const rooms = new RoomServiceClient(cluster.httpUrl, cluster.apiKey, cluster.apiSecret);
    for (const name of ['a', 'b', 'c']) await rooms.createRoom({ name, emptyTimeout: 600 });
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
  });

  /** Latest value of each figure, by node. */
  const latestOf = (lines: readonly ServerLine[]): Map<string, ServerLine> => {
    const latest = new Map<string, ServerLine>();
    for (const line of lines) latest.set(line.node, { ...latest.get(line.node), ...line });
    return latest;
  };
  const allRooms = (lines: readonly ServerLine[]): number =>
    [...latestOf(lines).values()].reduce((sum, { rooms = 0 }) => sum + rooms, 0);
  const isWhole = (lines: readonly ServerLine[]): boolean => {
    const nodes = [...latestOf(lines).values()];
    return nodes.length === 2 && nodes.every(({ cpuCores }) => cpuCores !== undefined);
  };

  test.for([
    ['metrics', () => cluster.nodes.map(({ metricsUrl, name }) => metricsSource(metricsUrl, name))],
    ['prometheus', () => [prometheusSource({ url: cluster.prometheusUrl ?? '', selector: null })]],
    ['redis', () => [redisSource(cluster.redisUrl ?? '')]],
  ] as const)('is known from %s, each node and all rooms', async ([name, sourcesOf]) => {
    const { lines, missing } = await recorded(
      [...sourcesOf()],
      (so) => isWhole(so) && allRooms(so) === 3,
    );
    const nodes = latestOf(lines);
    expect(nodes.size).toBe(2);
    expect(allRooms(lines)).toBe(3);
    // Prometheus may not have scraped a node yet at the first query.
    expect(missing.filter(({ reason }) => reason !== 'not_livekit')).toEqual([]);
    for (const [node, line] of nodes) {
      expect(line.sources).toEqual([name]);
      expect(line.id).toMatch(/^ND_/);
      expect(line.memoryBytes).toBeGreaterThan(20e6);
      expect(line.cpuCores).toBeGreaterThanOrEqual(0);
      // All nodes of a lab have the same IP.
      if (name === 'redis') expect(node).toBe(line.id);
      else expect(node).toMatch(/^node-[12]$/);
      if (name === 'redis') expect(line.ofHost).toBe(true);
      else expect(line.goroutines).toBeGreaterThan(20);
    }
  });

  test('a source that cannot be read has a reason, without a password', async () => {
    const redis = new URL(cluster.redisUrl ?? '');
    redis.password = 'wrong-password';
    const prometheus = cluster.prometheusUrl ?? '';
    const { missing, text } = await recorded(
      [
        metricsSource('http://user:wrong-password@127.0.0.1:9/metrics'),
        metricsSource(`${prometheus}/metrics`),
        prometheusSource({ url: prometheus, selector: 'job="nothing"' }),
        prometheusSource({ url: cluster.nodes[0]?.httpUrl ?? '', selector: null }),
        redisSource(redis.href),
      ],
      () => true,
    );
    expect(missing.map(({ source, reason }) => [source, reason])).toEqual(
      expect.arrayContaining([
        ['metrics', 'unreachable'],
        ['metrics', 'not_livekit'],
        ['prometheus', 'not_livekit'],
        ['redis', 'unauthorized'],
      ]),
    );
    expect(missing).toHaveLength(5);
    expect(text).not.toContain('wrong-password');
  });
});

const noGroup = await whyNoControlGroup('cpuacct');

test.skipIf(noGroup !== null)(
  'CPU of a process agrees with its control group within 2 %',
  async () => {
    await using group = openControlGroup('cpuacct');
    const busy = spawn('timeout', ['60', 'sh', '-c', 'while :; do :; done']);
    try {
      const pid = await childOf(busy);
      group.add(pid);
      const before = group.usedCpu();
      const { lines } = await recorded(
        [processSource(pid, 'node')],
        // The kernel shows the CPU time of a process in hundredths of a second.
        () => group.usedCpu() - before > 2,
      );
      const used = group.usedCpu() - before;
      const measured = lines.reduce(
        ({ sum, until }, { cpuCores = 0, at }) => ({
          sum: sum + (cpuCores * (at - until)) / 1_000,
          until: at,
        }),
        { sum: 0, until: lines[0]?.at ?? 0 },
      ).sum;
      expect(used).toBeGreaterThan(1);
      expect(Math.abs(measured - used) / used).toBeLessThan(0.02);
    } finally {
      busy.kill();
    }
  },
);

/** PID of the measured process: `timeout` starts the program as a child. */
const childOf = async ({ pid }: ChildProcess): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children !== '') return Number(children.split(' ')[0]);
    await sleep(50);
  }
  throw new Error('nothing was started');
};
