import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createCpuLimitsMeter, createRunDelayMeter, createRunDelayMeters } from './run-delay.ts';

const workFor = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe.runIf(process.platform === 'linux')('createRunDelayMeter', () => {
  it('measures the time on a core of the selected threads since the last call', () => {
    const take = createRunDelayMeter(process.pid, (_name, isMain) => isMain);
    const before = process.cpuUsage();
    workFor(100);
    const { user, system } = process.cpuUsage(before);
    const scheduling = take();
    expect(scheduling?.runMs).toBeGreaterThan(0);
    expect(scheduling?.runMs).toBeLessThanOrEqual((user + system) / 1_000 + 10);
    expect(scheduling?.waitMs).toBe(scheduling?.longestWaitMs);
    expect(take()?.runMs).toBeLessThan(scheduling?.runMs ?? 0);
  });

  it('has no result for a process that has ended', async () => {
    const child = spawn('sleep', ['60']);
    const take = createRunDelayMeter(child.pid ?? -1);
    expect(take()).toMatchObject({ waitMs: expect.any(Number) });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(take()).toBeNull();
  });
});

describe.runIf(process.platform === 'linux')('createRunDelayMeters', () => {
  it('follows processes that end and are replaced, from the call that sees them first', () => {
    let pids: ReadonlyMap<string, number> = new Map([['node-1', process.pid]]);
    const take = createRunDelayMeters(() => pids);
    workFor(50);
    expect(take()?.['node-1']?.runMs).toBeGreaterThan(10);
    pids = new Map([['redis', process.pid]]);
    workFor(50);
    expect(take()).toBeNull();
    workFor(50);
    const again = take();
    expect(Object.keys(again ?? {})).toEqual(['redis']);
    expect(again?.redis?.runMs).toBeGreaterThan(10);
    pids = new Map([['redis', process.ppid]]);
    expect(take()).toBeNull();
    expect(take()).toMatchObject({ redis: { waitMs: expect.any(Number) } });
  });
});

describe('createCpuLimitsMeter', () => {
  it('returns the times since the last call, or null if the kernel does not measure them', () => {
    const take = createCpuLimitsMeter();
    for (const { stalledMs, throttledMs } of [take(), take()]) {
      for (const ms of [stalledMs, throttledMs])
        if (ms !== null) expect(ms).toBeGreaterThanOrEqual(0);
      if (stalledMs !== null) expect(stalledMs).toBeLessThan(60_000);
    }
  });
});
