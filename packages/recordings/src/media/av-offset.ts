import type { Level } from './read-levels.ts';
import type { AvOffset } from './recording-facts.ts';

/** Fewer marks may be chance. */
const FEWEST_MARKS = 3;
/** Rise of luma within one frame that is a flash. */
const FLASH = 80;
/** Levels before and after the beginning of a beep, dBFS. */
const BEFORE_BEEP = -50;
const BEEP = -35;
/** Share of the time between two marks by which it may differ from the median. */
const REGULAR = 0.2;

/**
 * Measures the delay of audio behind video at marks: flashes and beeps that begin at the same time,
 * once per period.
 * @returns null: picture and sound have no regular marks of the same period
 */
export const measureAvOffset = (
  picture: readonly Level[],
  sound: readonly Level[],
): AvOffset | null => {
  const flashes = onsets(picture, (before, now) => now - before >= FLASH);
  const beeps = onsets(sound, (before, now) => before < BEFORE_BEEP && now > BEEP);
  const periodMs = periodOf(flashes);
  const beepPeriodMs = periodOf(beeps);
  if (periodMs === null || beepPeriodMs === null) return null;
  if (Math.abs(beepPeriodMs - periodMs) > REGULAR * periodMs) return null;
  // A mark of one of them alone, as the other has a gap there, has no offset.
  const offsets = beeps
    .map((atMs) => nearestOffset(atMs, flashes))
    .filter((offset) => Math.abs(offset) <= periodMs / 2);
  if (offsets.length < FEWEST_MARKS) return null;
  const third = Math.ceil(offsets.length / 3);
  return {
    firstMs: median(offsets.slice(0, third)),
    lastMs: median(offsets.slice(-third)),
    marks: offsets.length,
    periodMs,
  };
};

const onsets = (
  levels: readonly Level[],
  isOnset: (before: number, now: number) => boolean,
): number[] =>
  levels.flatMap(({ atMs, value }, index) => {
    const before = levels[index - 1];
    return before !== undefined && isOnset(before.value, value) ? [atMs] : [];
  });

/** @returns null: too few marks, or not regular ones */
const periodOf = (marks: readonly number[]): number | null => {
  if (marks.length < FEWEST_MARKS) return null;
  const steps = marks.slice(1).map((atMs, index) => atMs - (marks[index] ?? 0));
  const period = median(steps);
  // Where marks are missing, the time between two of them is a multiple.
  const regular = steps.filter(
    (step) => Math.abs(step - Math.max(1, Math.round(step / period)) * period) <= REGULAR * period,
  );
  return regular.length >= 0.8 * steps.length ? period : null;
};

const nearestOffset = (atMs: number, marks: readonly number[]): number => {
  let nearest = Number.POSITIVE_INFINITY;
  for (const mark of marks) if (Math.abs(atMs - mark) < Math.abs(nearest)) nearest = atMs - mark;
  return nearest;
};

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};
