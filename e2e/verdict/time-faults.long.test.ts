/** Whole runs against a real server in which time itself fails: processes that are stopped, and a wall clock that is set. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '@livekit-swarm/lab';
import type { RecordLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { joinsIn } from '../support/record-events.ts';
import { steppingClock } from '../support/stepped-clock.ts';
import { type Result, resultOf, type Swarm, scratch, startSwarm } from '../support/swarm.ts';

const workersOf = (swarm: Swarm) =>
  swarm.processes().filter(({ name, command }) => `${name} ${command}`.includes('swarm process'));

const lines = (dir: string): RecordLine[] =>
  readFileSync(join(dir, 'record.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordLine);

const PARTICIPANTS = 8;

/** A run of two workers, to which `plant` does something once all participants have joined. */
const runWith = async (
  seconds: number,
  plant: (swarm: Swarm) => Promise<void>,
  env: Record<string, string> = {},
): Promise<{ result: Result; record: RecordLine[]; exit: number | NodeJS.Signals }> => {
  await using server = await startLiveKit({ dir: scratch() });
  const { url, apiKey, apiSecret } = server;
  const dir = join(scratch(), 'record');
  const flags = `--rooms 4 --duration ${seconds}s --processes 2 --json --quiet --record ${dir}`;
  const swarm = startSwarm(flags.split(' '), {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: apiKey,
    LIVEKIT_API_SECRET: apiSecret,
    ...env,
  });
  await expect.poll(() => joinsIn(dir), { timeout: 60_000 }).toBe(PARTICIPANTS);
  expect(workersOf(swarm)).toHaveLength(2);
  await plant(swarm);
  const exit = await swarm.ended;
  return { result: resultOf({ stdout: swarm.stdout() }), record: lines(dir), exit };
};

const stopFor = async (pids: readonly number[], ms: number): Promise<void> => {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
};

const pausesOf = (record: readonly RecordLine[]) =>
  record.flatMap((line) =>
    line.type === 'event' && line.event === 'process_paused'
      ? [{ shard: line.shard, durationMs: line.durationMs ?? 0 }]
      : [],
  );

test.each([5])('a worker that is stopped for %d s makes the run inconclusive', async (seconds) => {
  const { result, record, exit } = await runWith(seconds + 12, async (swarm) => {
    const [worker] = workersOf(swarm);
    await stopFor(worker === undefined ? [] : [worker.pid], seconds * 1_000);
  });
  expect(exit).toBe(98);
  expect(result.generator.findings).toContainEqual(
    expect.objectContaining({ code: 'process_paused', limit: 2_000 }),
  );
  expect(result.generator.findings.map(({ code }) => code)).not.toContain('engine_stuck');
  const pauses = pausesOf(record).filter(({ durationMs }) => durationMs > 2_000);
  expect(pauses).toHaveLength(1);
  expect(pauses[0]?.durationMs).toBeGreaterThan(seconds * 1_000 - 1_000);
  expect(pauses[0]?.durationMs).toBeLessThan(seconds * 1_000 + 1_000);
});

test('a generator that is stopped as a whole knows it, and does not blame the server', async () => {
  const { result, record, exit } = await runWith(20, (swarm) =>
    stopFor(
      swarm.processes().map(({ pid }) => pid),
      5_000,
    ),
  );
  expect(exit).toBe(98);
  expect(result.generator.findings.map(({ code }) => code)).toContain('process_paused');
  const stopped = pausesOf(record).filter(({ durationMs }) => durationMs > 2_000);
  expect(stopped.map(({ shard }) => shard).sort()).toEqual([-1, 0, 1]);
});

test.each([30_000, -30_000])(
  'a wall clock that is set by %d ms is a finding, and moves no time of the record',
  async (stepMs) => {
    const { env, step } = steppingClock(stepMs, scratch());
    const { result, record, exit } = await runWith(12, async () => step(), env);
    expect(exit).toBe(98);
    const found = result.generator.findings.find(({ code }) => code === 'clock_stepped');
    // The two clocks are not read at the same moment.
    expect(Math.abs((found?.stepMs ?? 0) - stepMs)).toBeLessThan(100);
    const steps = record.flatMap((line) =>
      line.type === 'event' && line.event === 'clock_stepped' ? [line.shard] : [],
    );
    expect(steps.sort()).toEqual([-1, 0, 1]);
    // Nothing else happened: no participant was lost, nothing was late, and samples follow each other.
    expect(result.thresholds.filter(({ ok }) => ok !== true)).toEqual([]);
    expect(result.joins).toMatchObject({ disconnected: 0, failed: 0, unaccounted: 0 });
    const samples = record.filter((line) => line.type === 'sample' && line.shard === 0);
    expect(samples.length).toBeGreaterThanOrEqual(11);
    for (const line of record) if ('at' in line) expect(line.at).toBeLessThan(20_000);
  },
);
