export interface Schedule<T> {
  /** Adds items; overdue ones start at once. */
  add(more: readonly T[]): void;
  /** Number of items that started more than `LATE_MS` late since the last call. */
  takeLate(): number;
  /** Stops the schedule: no further item starts. */
  stop(): void;
}

/** Lateness from which an item counts as late, ms. */
export const LATE_MS = 1_000;

/**
 * Longest time of one timer, ms: timers accept up to 2^31 ms, and one that fires early waits again.
 */
const LONGEST_WAIT_MS = 2 ** 30;

/**
 * Starts each item at its time, as an open model: a slow server does not delay the joins, because
 * it would then look faster than it is.
 * @param scheduledAt returns the time of an item, ms after the start
 * @param elapsedMs time since the start, ms; negative before it
 */
export const schedule = <T>(
  scheduledAt: (one: T) => number,
  elapsedMs: () => number,
  begin: (one: T) => void,
): Schedule<T> => {
  /** Items in order of time; those before `next` have started. */
  const items: T[] = [];
  let next = 0;
  let late = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  /** Index for a new item, after all items of the same time. */
  const placeOf = (at: number): number => {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = items[middle];
      if (there !== undefined && scheduledAt(there) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wait = (): void => {
    if (timer !== null) clearTimeout(timer);
    const waiting = items[next];
    if (waiting === undefined || stopped) return;
    const now = elapsedMs();
    // Nothing starts before the start of the run, nor within the call that adds it.
    const ms = Math.max(1, -now, Math.ceil(scheduledAt(waiting) - now));
    timer = setTimeout(advance, Math.min(LONGEST_WAIT_MS, ms));
  };
  const advance = (): void => {
    const now = elapsedMs();
    for (let one = items[next]; one !== undefined && scheduledAt(one) <= now; one = items[next]) {
      next++;
      if (now - scheduledAt(one) > LATE_MS) late++;
      begin(one);
    }
    wait();
  };
  return {
    add: (more) => {
      items.splice(0, next);
      next = 0;
      const inOrder = [...more].sort((a, b) => scheduledAt(a) - scheduledAt(b));
      for (const one of inOrder) items.splice(placeOf(scheduledAt(one)), 0, one);
      wait();
    },
    takeLate: () => {
      const count = late;
      late = 0;
      return count;
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      items.length = 0;
      next = 0;
    },
  };
};
