/** Somebody who is due at some time, ms after the start. */
interface Due {
  joinAtMs: number;
}

export interface JoinSchedule {
  /** How many began more than `LATE_MS` after they were due, since the last call. */
  takeLate(): number;
  /** Nobody begins any more. */
  stop(): void;
}

/** A join that begins this much after it was due is late, ms. */
export const LATE_MS = 1_000;

/**
 * Begins each join when it is due. An open model: a slow server does not slow the joins down, or it would look better than it is.
 * @param people in the order they are due
 * @param elapsedMs since the start; negative before it
 */
export const scheduleJoins = <T extends Due>(
  people: readonly T[],
  elapsedMs: () => number,
  begin: (one: T) => void,
): JoinSchedule => {
  let next = 0;
  let late = 0;
  let timer: NodeJS.Timeout | null = null;
  const advance = (): void => {
    const now = elapsedMs();
    for (let one = people[next]; one !== undefined && one.joinAtMs <= now; one = people[++next]) {
      if (now - one.joinAtMs > LATE_MS) late++;
      begin(one);
    }
    const waiting = people[next];
    timer = waiting === undefined ? null : setTimeout(advance, Math.max(1, Math.ceil(waiting.joinAtMs - now)));
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
      next = people.length;
    },
  };
};
