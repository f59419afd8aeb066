import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import type { RecordLine } from '@livekit-swarm/record';
import { type RedisServer, startRedis } from '@livekit-swarm/testkit/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Outcome, resultOf, type Swarm, scratch, startSwarm } from '../support/swarm.ts';

/** One room on two hosts, which all its participants join at once. */
const LOAD = '--rooms 1 --participants 4 --subscribers 16 --join-rate 5000 --processes 2 --json';

let server: LiveKitServer;
let redis: RedisServer;
let env: Record<string, string>;
let agents: Swarm[];
let line: Server | null;

beforeEach(async () => {
  [server, redis] = await Promise.all([startLiveKit({ dir: scratch() }), startRedis()]);
  env = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
    SWARM_QUEUE: redis.url,
  };
  agents = [];
  line = null;
});
afterEach(async () => {
  for (const agent of agents) agent.signal('SIGTERM');
  await Promise.all(agents.map(({ ended }) => ended));
  line?.close();
  await redis[Symbol.asyncDispose]();
  await server.stop();
});

const startAgents = async (...queues: string[]): Promise<void> => {
  agents = queues.map((queue) => startSwarm(['host'], { ...env, SWARM_QUEUE: queue }));
  await Promise.all(agents.map((agent) => agent.says(/ready: /)));
};

interface Ended extends Outcome {
  lines: RecordLine[];
}

const linesIn = (dir: string): RecordLine[] => {
  try {
    const texts = readFileSync(join(dir, 'record.ndjson'), 'utf8').split('\n').slice(0, -1);
    return texts.map((text) => JSON.parse(text) as RecordLine);
  } catch {
    return [];
  }
};

/** @param meanwhile called once the start of the run is known, ms since the epoch */
const run = async (
  duration: string,
  meanwhile: (startedAtMs: number) => Promise<void> = async () => {},
): Promise<Ended> => {
  const dir = join(scratch(), 'record');
  const swarm = startSwarm([...LOAD.split(' '), '--duration', duration, '--record', dir], env);
  const header = () => linesIn(dir).find((one) => one.type === 'header');
  await expect.poll(header, { timeout: 60_000, interval: 20 }).toBeDefined();
  await meanwhile(header()?.startedAtMs ?? 0);
  const exit = await swarm.ended;
  return { exit, stdout: swarm.stdout(), stderr: swarm.stderr(), lines: linesIn(dir) };
};

/** A line to Redis on which answers take long, and questions do not: the offset that is measured is wrong by half of that. */
const slowLine = async (answersMs: number): Promise<string> => {
  const { hostname, port } = new URL(redis.url);
  const slow = createServer((near) => {
    const far = createConnection(Number(port), hostname);
    near.pipe(far);
    far.on('data', (bytes) => void setTimeout(() => near.write(bytes), answersMs));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  line = slow;
  const address = slow.address();
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

const thresholdOf = (outcome: Outcome, metric: string) =>
  resultOf(outcome).thresholds.find((one) => one.metric === metric);

describe('two hosts whose clocks are known', () => {
  it('begin together, and judge latency between them', async () => {
    await startAgents(redis.url, redis.url);
    const outcome = await run('13s');
    const { hosts } = resultOf(outcome);
    expect(hosts).toHaveLength(2);
    for (const { startSkewMs, clock } of hosts) {
      // The goal is 10 ms; these hosts share two cores with the server.
      expect(startSkewMs).toBeLessThan(50);
      expect(clock.uncertaintyMs).toBeLessThan(10);
      expect(Math.abs(clock.driftMs)).toBeLessThan(2);
    }
    for (const metric of ['join_time', 'join_failures'])
      expect(thresholdOf(outcome, metric)).toMatchObject({ ok: true });
    expect(thresholdOf(outcome, 'media_latency')).toMatchObject({
      ok: true,
      uncertainty: expect.any(Number),
    });
    const ofHosts = outcome.lines.flatMap((one) => (one.type === 'host' ? [one.agent] : []));
    const readings = outcome.lines.flatMap((one) => (one.type === 'clock' ? [one] : []));
    expect(new Set(readings.map(({ agent }) => agent))).toEqual(new Set(ofHosts));
    const between = outcome.lines.flatMap((one) =>
      one.type === 'sample' ? one.series.filter((each) => each.publishersOn !== undefined) : [],
    );
    expect(new Set(between.flatMap(({ publishersOn }) => publishersOn))).toEqual(new Set(ofHosts));
    for (const { packets, tracks } of between)
      expect({ packets, tracks }).toEqual({ packets: 0, tracks: 0 });
  });
});

describe('a host', () => {
  it('whose clock is wrong by what is known leaves joins and latency unjudged', async () => {
    await startAgents(redis.url, await slowLine(160));
    const outcome = await run('5s');
    const { thresholds, hosts, reasons } = resultOf(outcome);
    const [most = 0] = hosts.map(({ clock }) => clock.uncertaintyMs).sort((a, b) => b - a);
    expect(most).toBeGreaterThanOrEqual(80);
    for (const metric of ['join_time', 'join_failures'])
      expect(thresholdOf(outcome, metric)).toMatchObject({
        ok: null,
        doubt: { code: 'start_skew' },
      });
    // Between the hosts it is wrong by 80 ms; within each it is right, and judged.
    expect(thresholdOf(outcome, 'media_latency')).toMatchObject({
      ok: true,
      excluded: { share: expect.any(Number), allowedMs: 40 },
    });
    expect(thresholdOf(outcome, 'media_latency')?.value).toBeLessThan(40);
    expect(thresholds.filter(({ ok }) => ok === true).length).toBeGreaterThan(4);
    expect(reasons.map(({ code }) => code)).toContain('threshold_not_judged');
  });

  it('that begins late leaves joins unjudged, and is named', async () => {
    await startAgents(redis.url, redis.url);
    const [victim] = agents;
    const outcome = await run('5s', async (startedAtMs) => {
      const workers = victim?.processes().filter(({ pid }) => pid !== victim.pid) ?? [];
      expect(workers).toHaveLength(1);
      await sleep(startedAtMs - 200 - Date.now());
      for (const { pid } of workers) process.kill(pid, 'SIGSTOP');
      await sleep(startedAtMs + 300 - Date.now());
      for (const { pid } of workers) process.kill(pid, 'SIGCONT');
    });
    const { hosts, reasons } = resultOf(outcome);
    const skews = hosts.map(({ startSkewMs }) => startSkewMs ?? 0).sort((a, b) => a - b);
    const late = hosts.find(({ startSkewMs }) => startSkewMs === skews[1])?.host;
    expect(skews[0]).toBeLessThan(50);
    expect(skews[1]).toBeGreaterThanOrEqual(300);
    expect(thresholdOf(outcome, 'join_time')).toMatchObject({
      ok: null,
      doubt: { code: 'start_skew', host: late, value: expect.closeTo(skews[1] ?? 0, -1) },
    });
    expect(outcome.exit).toBe(98);
    expect(reasons).toContainEqual(
      expect.objectContaining({ code: 'threshold_not_judged', metric: 'join_time' }),
    );
  });
});
