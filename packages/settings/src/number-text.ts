/** Significant digits of a number in a text. */
const USUAL_DIGITS = 3;

/** Digits that a number of JavaScript is good for, and those that calculations keep. */
const MOST_DIGITS = 15;
const EXACT_DIGITS = 12;

/**
 * Text of a number: three significant digits below 100, whole numbers above, thousands separated by
 * commas.
 * @param digits more than three are shown above 100, too
 */
export const formatNumber = (value: number, digits: number = USUAL_DIGITS): string => {
  const isWhole = Number.isInteger(value) || (Math.abs(value) >= 100 && digits <= USUAL_DIGITS);
  if (isWhole) return Math.round(value).toLocaleString('en-US');
  // Digits of the whole part are never replaced by zeros.
  const least = Math.trunc(Math.abs(value)).toString().length;
  return Number(value.toPrecision(Math.max(digits, least))).toLocaleString('en-US', {
    maximumFractionDigits: digits <= USUAL_DIGITS ? 8 : MOST_DIGITS,
  });
};

/**
 * Text of a number as a user wrote it: `1,234.5 ms`.
 * @param write text of the number with at most that number of digits
 */
export const formatExactly = (write: (digits: number) => string): string => write(EXACT_DIGITS);

/**
 * Text of a measured value with as many digits as distinguish it from its limit, at least three: a
 * value of 1.004 % that is rounded would seem to meet a limit of 1 %.
 * @param write text of the value with that number of digits; undefined: the usual ones
 */
export const formatUnlike = (limit: string, write: (digits?: number) => string): string => {
  const usual = write();
  if (usual !== limit) return usual;
  for (let digits = USUAL_DIGITS + 1; digits <= MOST_DIGITS; digits++) {
    const text = write(digits);
    if (text !== limit) return text;
  }
  return usual;
};
