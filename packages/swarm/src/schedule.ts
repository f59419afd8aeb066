export interface Schedule {
  /** How many began more than `LATE_MS` after they were due, since the last call. */
  takeLate(): number;
  /** Nobody begins any more. */
  stop(): void;
}

/** What begins this much after it was due is late, ms. */
export const LATE_MS = 1_000;

/**
 * Begins each thing when it is due. An open model: a slow server does not slow the joins down, or it would look better than it is.
 * @param due in the order in which they are
 * @param dueAt when one is, ms after the start
 * @param elapsedMs since the start; negative before it
 */
export const schedule = <T>(
  due: readonly T[],
  dueAt: (one: T) => number,
  elapsedMs: () => number,
  begin: (one: T) => void,
): Schedule => {
  let next = 0;
  let late = 0;
  let timer: NodeJS.Timeout | null = null;
  const advance = (): void => {
    const now = elapsedMs();
    for (let one = due[next]; one !== undefined && dueAt(one) <= now; one = due[++next]) {
      if (now - dueAt(one) > LATE_MS) late++;
      begin(one);
    }
    const waiting = due[next];
    // A timer takes 2^31 ms at most; one that comes too early waits again.
    timer = waiting === undefined ? null : setTimeout(advance, Math.min(2 ** 30, Math.max(1, Math.ceil(dueAt(waiting) - now))));
  };
  timer = setTimeout(advance, Math.max(0, -elapsedMs()));
  return {
    takeLate: () => {
      const count = late;
      late = 0;
      return count;
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      next = due.length;
    },
  };
};
