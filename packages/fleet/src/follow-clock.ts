import type { ClockReading } from './shared-clock.ts';

/** How the clock of a host compares with the shared one since a run began, ms. */
export interface ClockState {
  /** What times by the offset that the run began with lack to the shared clock. */
  correctionMs: number;
  /** By how much that may be wrong until the next reading. */
  uncertaintyMs: number;
  /** One of the clocks jumped by this much since the last reading; not part of the correction. */
  stepMs: number | null;
}

/** Clocks advance at rates that differ by less than this: the kernel slews its clocks by 500 parts in a million at most (adjtimex), as do crystals. */
const MOST_DRIFT = 0.0005;

/**
 * Follows the offset of a clock. Each reading is an interval that contains the offset, and so is the last one, widened by the drift since: their
 * intersection is where the offset is (Marzullo 1984), so that a reading over a slow connection does no harm. Where they have nothing in common, a clock was
 * set: by the offset of all hosts if it is that of Redis, so that the differences between hosts stay as they were. Such a step is not corrected, but reported.
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
      // It may change as much until the next reading.
      uncertaintyMs: (most - least) / 2 + changedMs,
      stepMs: hasStepped ? offset - before : null,
    };
  };
};
