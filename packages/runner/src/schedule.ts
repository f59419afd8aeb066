export interface Schedule<T> {
  /** Adds more; what is overdue starts at once. */
  add(more: readonly T[]): void;
  /** How many started more than `LATE_MS` late since the last call. */
  takeLate(): number;
  /** Starts nothing any more. */
  stop(): void;
}

/** What starts this much after its time is late, ms. */
export const LATE_MS = 1_000;

/** A timer takes 2^31 ms at most; one that fires early waits again. */
const LONGEST_WAIT_MS = 2 ** 30;

/**
 * Starts each item at its time. An open model: a slow server does not slow the joins down, or it would look better than it is.
 * @param scheduledAt the time of an item, ms after the start
 * @param elapsedMs since the start; negative before it
 */
export const schedule = <T>(
  scheduledAt: (one: T) => number,
  elapsedMs: () => number,
  begin: (one: T) => void,
): Schedule<T> => {
  /** Sorted; those before `next` have started. */
  const items: T[] = [];
  let next = 0;
  let late = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  /** Behind those of the same time. */
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
