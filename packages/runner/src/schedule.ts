export interface Schedule<T> {
  /** More that is to begin; what is due already begins at once. */
  add(more: readonly T[]): void;
  /** How many began more than `LATE_MS` after they were due, since the last call. */
  takeLate(): number;
  /** Nothing begins any more. */
  stop(): void;
}

/** What begins this much after it was due is late, ms. */
export const LATE_MS = 1_000;

/** A timer takes 2^31 ms at most; one that comes too early waits again. */
const LONGEST_WAIT_MS = 2 ** 30;

/**
 * Begins each thing when it is due. An open model: a slow server does not slow the joins down, or it would look better than it is.
 * @param dueAt when one is due, ms after the start
 * @param elapsedMs since the start; negative before it
 */
export const schedule = <T>(
  dueAt: (one: T) => number,
  elapsedMs: () => number,
  begin: (one: T) => void,
): Schedule<T> => {
  /** Sorted; those before `next` have begun. */
  const due: T[] = [];
  let next = 0;
  let late = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  /** Behind those that are due at the same time. */
  const placeOf = (at: number): number => {
    let low = 0;
    let high = due.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = due[middle];
      if (there !== undefined && dueAt(there) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wait = (): void => {
    if (timer !== null) clearTimeout(timer);
    const waiting = due[next];
    if (waiting === undefined || stopped) return;
    const now = elapsedMs();
    // Nothing begins before the start, and never within the call that adds it.
    const ms = Math.max(1, -now, Math.ceil(dueAt(waiting) - now));
    timer = setTimeout(advance, Math.min(LONGEST_WAIT_MS, ms));
  };
  const advance = (): void => {
    const now = elapsedMs();
    for (let one = due[next]; one !== undefined && dueAt(one) <= now; one = due[next]) {
      next++;
      if (now - dueAt(one) > LATE_MS) late++;
      begin(one);
    }
    wait();
  };
  return {
    add: (more) => {
      due.splice(0, next);
      next = 0;
      const inOrder = [...more].sort((a, b) => dueAt(a) - dueAt(b));
      for (const one of inOrder) due.splice(placeOf(dueAt(one)), 0, one);
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
      due.length = 0;
      next = 0;
    },
  };
};
