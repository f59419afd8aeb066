import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClockWatch, type Disturbance } from './clock-watch.ts';

/** Host whose clocks the test sets; timers of the process run only in `run`. */
const host = () => {
  let [wall, monotonic, sinceBoot] = [1_700_000_000_000, 5_000, 905_000];
  const seen: Disturbance[] = [];
  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
    sinceBoot += ms;
  };
  const watch = createClockWatch((disturbance) => seen.push(disturbance), {
    wall: () => wall,
    monotonic: () => monotonic,
    sinceBoot: () => sinceBoot,
  });
  return {
    seen,
    watch,
    run: (ms: number): void => {
      for (let left = ms; left > 0; left -= 100) {
        pass(Math.min(100, left));
        vi.advanceTimersByTime(Math.min(100, left));
      }
    },
    /** Advances the clocks while no process runs. */
    stop: pass,
    suspend: (ms: number): void => {
      wall += ms;
      sinceBoot += ms;
    },
    setClock: (ms: number): void => {
      wall += ms;
    },
  };
};

describe('createClockWatch', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('reports nothing in a minute without disturbance, even with short delays', () => {
    const { seen, run, stop } = host();
    run(30_000);
    stop(900);
    run(30_000);
    expect(seen).toEqual([]);
  });

  it.each([30_000, -30_000, 300, -300])('reports a clock that was set by %d ms, once', (ms) => {
    const { seen, run, setClock } = host();
    run(10_000);
    setClock(ms);
    run(10_000);
    expect(seen).toEqual([{ event: 'clock_stepped', stepMs: ms }]);
  });

  it('tolerates a clock that is slewed', () => {
    const { seen, run, setClock } = host();
    for (let second = 0; second < 60; second++) {
      run(1_000);
      setClock(80);
    }
    expect(seen).toEqual([]);
  });

  it('reports how long a process was stopped, at the next timer or sample', () => {
    const { seen, run, stop, watch } = host();
    run(10_000);
    stop(30_000);
    watch.check();
    run(10_000);
    expect(seen).toEqual([{ event: 'process_paused', durationMs: 29_500 }]);
    stop(5_000);
    run(1_000);
    expect(seen.at(-1)?.durationMs).toBeGreaterThanOrEqual(4_500);
  });

  it('reports a suspension and no step, although the wall clock advanced', () => {
    const { seen, run, suspend } = host();
    run(10_000);
    suspend(61_000);
    run(10_000);
    expect(seen).toEqual([{ event: 'host_suspended', durationMs: 61_000 }]);
  });

  it('reports a simultaneous step and pause, each with its size', () => {
    const { seen, run, stop, setClock } = host();
    run(1_000);
    setClock(-30_000);
    stop(5_000);
    run(1_000);
    expect(seen.map(({ event }) => event).sort()).toEqual(['clock_stepped', 'process_paused']);
    expect(seen.find(({ event }) => event === 'clock_stepped')?.stepMs).toBe(-30_000);
  });

  it('reads the clocks again if it lost its core between two readings', () => {
    let monotonic = 0;
    let reads = 0;
    const seen: Disturbance[] = [];
    const watch = createClockWatch((disturbance) => seen.push(disturbance), {
      wall: () => {
        const wall = 1_700_000_000_000 + monotonic;
        if (++reads === 2) monotonic += 400;
        return wall;
      },
      monotonic: () => monotonic,
      sinceBoot: () => null,
    });
    monotonic += 500;
    watch.check();
    watch.close();
    expect(reads).toBe(3);
    expect(seen).toEqual([]);
  });
});
