import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createScheduler } from './scheduler.ts';

describe('scheduler', () => {
  it('begins once an interval, up to a tenth early or late, and stops', async () => {
    const begun: number[] = [];
    const start = performance.now();
    const scheduler = createScheduler(
      [{ intervalMs: 100, work: async () => void begun.push(performance.now() - start) }],
      () => 0.5,
    );
    scheduler.start();
    await sleep(480);
    await scheduler.stop();
    const count = begun.length;
    // The expected starts are 50, 150, 250, 350 and 450: the host may be slow, but never early.
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(5);
    expect(begun[0]).toBeGreaterThan(40);
    await sleep(150);
    expect(begun).toHaveLength(count);
  });

  it('never runs work twice at the same time, and waits for it at the end', async () => {
    let underWay = 0;
    let most = 0;
    const scheduler = createScheduler([
      {
        intervalMs: 20,
        work: async () => {
          most = Math.max(most, ++underWay);
          await sleep(70);
          underWay--;
        },
      },
    ]);
    scheduler.start();
    await sleep(200);
    await scheduler.stop();
    expect([most, underWay]).toEqual([1, 0]);
  });

  it('aborts running work', async () => {
    let told = false;
    const scheduler = createScheduler(
      [
        {
          intervalMs: 10,
          work: (signal) =>
            new Promise((resolve) => {
              signal.addEventListener('abort', () => {
                told = true;
                resolve();
              });
            }),
        },
      ],
      () => 0,
    );
    scheduler.start();
    await sleep(50);
    await scheduler.stop();
    expect(told).toBe(true);
  });
});
