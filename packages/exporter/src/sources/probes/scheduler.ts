import { setTimeout as sleep } from 'node:timers/promises';

export interface Scheduler {
  start(): void;
  /** Aborts running work through its signal, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** Something to do again and again. */
export interface ScheduledProbe {
  intervalMs: number;
  work(signal: AbortSignal): Promise<void>;
}

/** Each begins up to this share of its interval early or late, so that many do not meet. */
const JITTER = 0.1;

/**
 * Begins each work once an interval, for the first time at any moment of the first interval. Work that takes longer than its interval skips turns; it never
 * meets itself.
 * @param random uniform in [0, 1)
 */
export const createScheduler = (
  works: readonly ScheduledProbe[],
  random: () => number = Math.random,
): Scheduler => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loops: Promise<void>[] = [];

  const loop = async ({ intervalMs, work }: ScheduledProbe): Promise<void> => {
    let due = performance.now() + random() * intervalMs;
    while (!signal.aborted) {
      const wait = due - performance.now() + (random() * 2 - 1) * JITTER * intervalMs;
      await sleep(Math.max(0, wait), undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      await work(signal);
      do due += intervalMs;
      while (due < performance.now());
    }
  };

  return {
    start: () => {
      loops = works.map(loop);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
};
