import { setTimeout as sleep } from 'node:timers/promises';

export interface Scheduler {
  start(): void;
  /** Abort running work by its signal. Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Work that is repeated at an interval. */
export interface ScheduledProbe {
  intervalMs: number;
  work(signal: AbortSignal): Promise<void>;
}

/**
 * Share of the interval by which work begins early or late at most, so that probes spread over
 * time.
 */
const JITTER = 0.1;

/**
 * Create a scheduler that begins each work once per interval, for the first time at a random moment
 * of the first interval. Work that takes longer than its interval skips turns and never overlaps
 * itself.
 * @param random returns a number uniform in [0, 1)
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
