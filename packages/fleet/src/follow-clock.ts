import type { ClockReading } from './shared-clock.ts';

/** Offset between the clock of a host and the shared clock since the beginning of a run, ms. */
export interface ClockState {
  /** Correction of times that use the offset measured before the run, ms. */
  correctionMs: number;
  /** Largest error of the correction until the next reading, ms. */
  uncertaintyMs: number;
  /**
   * Jump of one of the clocks since the last reading, ms; not part of the correction. Null: none.
   */
  stepMs: number | null;
}

/**
 * Largest difference between the rates of clocks: the kernel slews its clock by at most 500 parts
 * per million (adjtimex), and crystals deviate by less.
 */
const MOST_DRIFT = 0.0005;

/**
 * Follows the offset of a clock. Each reading is an interval that contains the offset, and so is
 * the previous interval, widened by the drift since: their intersection contains the offset
 * (Marzullo 1984), so that a reading over a slow connection does no harm. If they do not intersect,
 * a clock was set. If that was the clock of Redis, the offsets of all hosts change alike and the
 * differences between hosts stay. Such a step is reported, not corrected.
 */
export const followClock = (
  first: ClockReading,
  firstAtMs: number,
): ((reading: ClockReading, atMs: number) => ClockState) => {
  let [least, most] = [first.offsetMs - first.uncertaintyMs, first.offsetMs + first.uncertaintyMs];
  let readAtMs = firstAtMs;
  let steppedMs = 0;
  let correctionMs = 0;
  return ({ offsetMs, uncertaintyMs }, atMs) => {
    const drift = MOST_DRIFT * (atMs - readAtMs);
    readAtMs = atMs;
    const before = (least + most) / 2;
    const [from, to] = [offsetMs - uncertaintyMs, offsetMs + uncertaintyMs];
    const hasStepped = from > most + drift || to < least - drift;
    [least, most] = hasStepped
      ? [from, to]
      : [Math.max(from, least - drift), Math.min(to, most + drift)];
    const offset = (least + most) / 2;
    if (hasStepped) steppedMs += offset - before;
    const latest = offset - first.offsetMs - steppedMs;
    const changedMs = Math.abs(latest - correctionMs);
    correctionMs = latest;
    return {
      correctionMs,
      // The offset may change as much again until the next reading.
      uncertaintyMs: (most - least) / 2 + changedMs,
      stepMs: hasStepped ? offset - before : null,
    };
  };
};
