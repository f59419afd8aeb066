/**
 * Marks in the audio of an encoder: tones that begin at known times, and that transcoding keeps. A
 * listener knows when each was sent, without a message of the sender.
 */

/** Interval of marks, ms: they begin at its multiples in Unix time. */
export const MARK_EVERY_MS = 4_000;
/**
 * Lengths of successive marks, ms. They tell marks apart, so that a delay may be longer than the
 * interval.
 */
export const MARK_LENGTHS_MS = [200, 600, 1_000] as const;
/** Longest delay that cannot be taken for a shorter one, ms. */
export const LONGEST_DELAY_MS = MARK_EVERY_MS * MARK_LENGTHS_MS.length;
/** Largest difference between the lengths of a mark as sent and as heard, ms. */
const TOLERANCE_MS = 150;

/** Number of the first mark that begins at a time, Unix ms, or later, and when it does. */
export const nextMark = (at: number): { number: number; at: number } => {
  const number = Math.ceil(at / MARK_EVERY_MS);
  return { number, at: number * MARK_EVERY_MS };
};

/** True if a mark sounds at a time, Unix ms. */
export const soundsAt = (at: number): boolean => {
  const number = Math.floor(at / MARK_EVERY_MS);
  return at - number * MARK_EVERY_MS < lengthOf(number);
};

const lengthOf = (number: number): number => MARK_LENGTHS_MS[number % MARK_LENGTHS_MS.length] ?? 0;

/**
 * Time from the start of a mark to its arrival, ms.
 * @param heard arrivals of its first and last packets, Unix ms
 * @returns null for other sound
 */
export const delayOfMark = ({ from, to }: { from: number; to: number }): number | null => {
  const newest = Math.floor(from / MARK_EVERY_MS);
  const numbers = MARK_LENGTHS_MS.map((_, before) => newest - before);
  const differences = numbers.map((number) => Math.abs(to - from - lengthOf(number)));
  const least = Math.min(...differences);
  const number = numbers[differences.indexOf(least)];
  return number === undefined || least > TOLERANCE_MS ? null : from - number * MARK_EVERY_MS;
};
