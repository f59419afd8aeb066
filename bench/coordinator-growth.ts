/**
 * `node bench/coordinator-growth.ts [--participants 2500,5000,10000] [--seconds 60]`: CPU and
 * memory of the coordinator of a run on many hosts, and their growth. Its code, Redis and BullMQ
 * are real; agents are scripted, and send the messages of real ones. The table of
 * docs/scale-out.md.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLiveKit } from '@livekit-swarm/lab';
import { parseThreshold } from '@livekit-swarm/metrics';
import { openRecord } from '@livekit-swarm/record';
import { run } from '@livekit-swarm/runner';
import { expandPlan, type Scenario } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { openQueue, reserveFleet } from '../packages/fleet/src/index.ts';
import { recordLines } from './recorded-lines.ts';

/** Participants of a room; each sends audio and video to the others. */
const ROOM = 4;
/** Participants with audio and video that one core can simulate, approximately. */
const PARTICIPANTS_PER_WORKER = 250;
const CORES_PER_HOST = 4;
const JOIN_SECONDS = 50;

interface Cost {
  participants: number;
  workers: number;
  hosts: number;
  /** CPU, cores: mean from the first join to the end of the plan, and of the worst second. */
  cores: { mean: number; worst: number };
  recordBytes: number;
  redisBytes: number;
  residentBytes: number;
  /** Time from the end of the plan to the verdict, ms. */
  summaryMs: number;
  verdict: string;
}

const scenarioOf = (participants: number, seconds: number): Scenario =>
  scenarioOfLoad(
    {
      ...{ rooms: Math.ceil(participants / ROOM), participants: ROOM, publish: ['audio', 'video'] },
      ...{ video: '180p', joinRate: Math.max(8, participants / JOIN_SECONDS) },
      durationMs: seconds * 1_000,
    },
    // The threshold makes the coordinator evaluate once a second.
    [{ ...parseThreshold('join_failures: rate<0.5'), abortOnFail: { afterMs: 0 } }],
  );

const measure = async (
  participants: number,
  seconds: number,
  dir: string,
  lines: string,
): Promise<Cost> => {
  const plan = expandPlan(scenarioOf(participants, seconds), 'bench');
  const workers = Math.ceil(participants / PARTICIPANTS_PER_WORKER);
  const hosts = Math.ceil(workers / CORES_PER_HOST);
  await using redis = await startRedis();
  await using server = await startLiveKit({ dir: join(dir, `server-${participants}`) });
  const agents = fork(join(import.meta.dirname, 'scripted-agents.ts'), [
    ...[redis.url, String(hosts), String(CORES_PER_HOST), lines],
  ]);
  const queue = await openQueue(redis.url, { key: process.env.SWARM_QUEUE_KEY, isInsecure: false });
  try {
    const fleet = await reserveFleet(queue, {
      ...{ hosts, labels: {}, version: 'bench', run: 'bench', waitMs: 20_000 },
      signal: new AbortController().signal,
    });
    const record = openRecord(join(dir, `record-${participants}`));
    const usedMemory = async (): Promise<number> =>
      Number(/^used_memory:(\d+)/m.exec(await redis.client.info('memory'))?.[1]);
    const idleBytes = await usedMemory();
    let redisBytes = 0;
    const seconds: number[] = [];
    let last = process.cpuUsage();
    const watch = setInterval(() => {
      const spent = process.cpuUsage(last);
      last = process.cpuUsage();
      seconds.push((spent.user + spent.system) / 1e6);
      usedMemory().then(
        (bytes) => {
          redisBytes = Math.max(redisBytes, bytes - idleBytes);
        },
        () => {},
      );
    }, 1_000);
    let endsAt = 0;
    let duringPlan = 0;
    const { decision } = await run({
      deployment: {
        ...{ url: server.url, apiKey: server.apiKey, apiSecret: server.apiSecret },
        ...{ embedded: false, serverVersion: null, exited: new Promise(() => {}) },
      },
      guard: ownServerGuard(),
      ...{ run: 'bench', plan, allocation: { workers, threads: 1 }, placement: fleet.placement },
      ...{ signalling: 'v1', record, version: 'bench', stop: new AbortController().signal },
      onStart: () => {
        seconds.length = 0;
        endsAt = performance.now() + plan.endAtMs;
        setTimeout(() => {
          duringPlan = seconds.length;
        }, plan.endAtMs);
      },
    });
    const summaryMs = performance.now() - endsAt;
    clearInterval(watch);
    await fleet.close();
    const counted = seconds.slice(0, duringPlan);
    return {
      ...{ participants, workers, hosts, redisBytes, summaryMs, verdict: decision.verdict },
      cores: {
        mean: counted.reduce((sum, one) => sum + one, 0) / counted.length,
        worst: Math.max(...counted),
      },
      recordBytes: statSync(record.file).size,
      residentBytes: process.memoryUsage.rss(),
    };
  } finally {
    queue.close();
    agents.disconnect();
  }
};

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '2500,5000,10000' },
    seconds: { type: 'string', default: '60' },
  },
});
const dir = mkdtempSync(join(tmpdir(), 'swarm-bench-'));
try {
  const lines = join(dir, 'lines.json');
  writeFileSync(lines, JSON.stringify(await recordLines(scenarioOf(16, 8))));
  console.log(
    '| participants | workers | hosts | cores, mean | cores, worst second | record | Redis | memory | summary after | verdict |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const participants of values.participants.split(',').map(Number)) {
    const cost = await measure(participants, Number(values.seconds), dir, lines);
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `| ${[
        ...[cost.participants, cost.workers, cost.hosts],
        ...[cost.cores.mean.toFixed(2), cost.cores.worst.toFixed(2)],
        ...[cost.recordBytes, cost.redisBytes, cost.residentBytes].map(megabytes),
        ...[`${(cost.summaryMs / 1_000).toFixed(1)} s`, cost.verdict],
      ].join(' | ')} |`,
    );
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
