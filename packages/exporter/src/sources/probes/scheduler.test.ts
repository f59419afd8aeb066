import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScheduler } from './scheduler.ts';

vi.mock('node:timers/promises', () => import('@livekit-swarm/testkit/global-sleep'));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('scheduler', () => {
  it.each([
    { random: 0, starts: [0, 90, 190, 290, 390] },
    { random: 0.5, starts: [50, 150, 250, 350, 450] },
    { random: 0.75, starts: [80, 180, 280, 380] },
  ])(
    'begins once an interval, up to a tenth early or late, and stops: %j',
    async ({ random, starts }) => {
      const begun: number[] = [];
      const start = performance.now();
      const work = async (): Promise<void> =>
        void begun.push(Math.round(performance.now() - start));
      const scheduler = createScheduler([{ intervalMs: 100, work }], () => random);
      scheduler.start();
      await vi.advanceTimersByTimeAsync(475);
      expect(begun).toEqual(starts);
      await scheduler.stop();
      await vi.advanceTimersByTimeAsync(200);
      expect(begun).toEqual(starts);
    },
  );

  it('never runs work twice at the same time, and waits for it at the end', async () => {
    let underWay = 0;
    let most = 0;
    let begun = 0;
    const work = async (): Promise<void> => {
      begun++;
      most = Math.max(most, ++underWay);
      await sleep(70);
      underWay--;
    };
    const scheduler = createScheduler([{ intervalMs: 20, work }], () => 0.5);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(200);
    const stopped = vi.fn();
    void scheduler.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(0);
    expect([begun, most, underWay]).toEqual([3, 1, 1]);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(70);
    expect(underWay).toBe(0);
    expect(stopped).toHaveBeenCalled();
  });

  it('aborts running work', async () => {
    const onAbort = vi.fn();
    const work = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          onAbort();
          resolve();
        });
      });
    const scheduler = createScheduler([{ intervalMs: 10, work }], () => 0);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(50);
    expect(onAbort).not.toHaveBeenCalled();
    await scheduler.stop();
    expect(onAbort).toHaveBeenCalledOnce();
  });
});
