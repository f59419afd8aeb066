const SECOND_MS = 1_000;
/** Workers sample at full seconds; a timer that was this late (ms) still means its second. */
const PUNCTUAL_MS = 200;
/** Of an interval longer than this (ms) only the end is told: nobody stood still for so long, and lived. */
const LONGEST_MS = 60_000;

/** A second of the run, from 0, and the share of an interval that lies in it. */
export interface PartOfSecond {
  second: number;
  share: number;
  /** Seconds of this second that the interval covers: at most 1. */
  covers: number;
}

/**
 * The seconds that an interval lies in. Workers sample at full seconds, give or take a timer's lateness, so an interval is mostly one second. One that
 * was sampled at another moment, or missed a beat, is spread over the seconds it touches: whoever is half a second off must not leave every second
 * empty and count the next one twice. What lies before the run's start is left out.
 * @param at when it ended, ms after the run's start
 */
export const secondsOf = (at: number, intervalMs: number): PartOfSecond[] => {
  const to = punctual(at);
  const from = Math.min(to, Math.max(0, punctual(at - Math.min(intervalMs, LONGEST_MS))));
  const length = to - from;
  if (to <= 0) return [];
  if (length < 1)
    return [{ second: Math.max(0, Math.ceil(to / SECOND_MS) - 1), share: 1, covers: 0 }];
  const parts: PartOfSecond[] = [];
  for (let second = Math.floor(from / SECOND_MS); second * SECOND_MS < to; second++) {
    const inside = Math.min(to, (second + 1) * SECOND_MS) - Math.max(from, second * SECOND_MS);
    parts.push({ second, share: inside / length, covers: inside / SECOND_MS });
  }
  return parts;
};

const punctual = (at: number): number => {
  const full = Math.round(at / SECOND_MS) * SECOND_MS;
  return Math.abs(at - full) <= PUNCTUAL_MS ? full : at;
};
