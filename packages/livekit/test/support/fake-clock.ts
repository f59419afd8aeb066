import type { Clock } from '../../src/clock.ts';

/** A clock for tests: starts at 0 and advances only on request. */
export interface FakeClock extends Clock {
  /** Advances the clock and fires timers in order. */
  advance(ms: number): void;
  /** Advances the clock, and lets promises settle between the timers. */
  advanceAsync(ms: number): Promise<void>;
  /** Stops the process: timers of that time fire with the next `advance`. */
  stop(ms: number): void;
  pending(): number;
}

export const fakeClock = (): FakeClock => {
  let now = 0;
  let next = 0;
  const timers = new Map<number, { at: number; action: () => void }>();

  const fireNext = (until: number): boolean => {
    const [due] = [...timers]
      .filter(([, timer]) => timer.at <= until)
      .sort(([a, left], [b, right]) => left.at - right.at || a - b);
    if (due === undefined) return false;
    const [id, timer] = due;
    timers.delete(id);
    now = Math.max(now, timer.at);
    timer.action();
    return true;
  };

  return {
    now: () => now,
    after: (ms, action) => {
      const id = next++;
      timers.set(id, { at: now + ms, action });
      return () => timers.delete(id);
    },
    advance: (ms) => {
      const until = now + ms;
      while (fireNext(until));
      now = until;
    },
    advanceAsync: async (ms) => {
      const until = now + ms;
      for (;;) {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        if (!fireNext(until)) break;
      }
      now = until;
    },
    stop: (ms) => {
      now += ms;
    },
    pending: () => timers.size,
  };
};
