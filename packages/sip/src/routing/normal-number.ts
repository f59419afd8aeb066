const NUMBER = /^\+?[\d\- ()]+$/;
const FORMATTING = /[- ()]/g;

/**
 * A number as livekit-server compares it with those of trunks, and rules with each other:
 * `+1 (555) 010-0000` is `+15550100000`. Names stay.
 */
export const normalNumber = (number: string): string => {
  const digits = withoutFormatting(number);
  return digits.startsWith('+') || !NUMBER.test(number) ? digits : `+${digits}`;
};

/** A trunk or rule with its numbers as livekit-server compares it with others of its kind. */
export const withNormalNumbers = <
  T extends { numbers: readonly string[]; callers: readonly string[] },
>(
  entry: T,
): T => ({
  ...entry,
  numbers: entry.numbers.map(normalNumber),
  callers: entry.callers.map(normalNumber),
});

/**
 * Forms in which a carrier may send a number of a trunk: a call carries no formatting, and perhaps
 * no `+` where the trunk has none.
 */
export const sentForms = (number: string): readonly string[] => [
  ...new Set([withoutFormatting(number), normalNumber(number)]),
];

const withoutFormatting = (number: string): string =>
  NUMBER.test(number) ? number.replace(FORMATTING, '') : number;
