import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startIntervalTimer } from './interval-timer.ts';

const since = (zeroMs: number) => (): number => Date.now() - zeroMs;

describe('startIntervalTimer', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 10_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ticks after the first full second and after each further one', () => {
    const at: number[] = [];
    const stop = startIntervalTimer(since(10_500), 100, () => at.push(Date.now() - 10_500));
    vi.advanceTimersByTime(4_000);
    expect(at).toEqual([1_100, 2_100, 3_100]);
    stop();
    vi.advanceTimersByTime(4_000);
    expect(at).toHaveLength(3);
  });

  it('does not delay a tick after a late one, and leaves out seconds without any tick', () => {
    const at: number[] = [];
    startIntervalTimer(since(10_000), 0, () => {
      at.push(Date.now() - 10_000);
      // The process was delayed for two and a half seconds.
      if (at.length === 1) vi.setSystemTime(13_500);
    });
    vi.advanceTimersByTime(1_000);
    vi.advanceTimersByTime(500);
    vi.advanceTimersByTime(1_000);
    expect(at).toEqual([1_000, 4_000, 5_000]);
  });
});
