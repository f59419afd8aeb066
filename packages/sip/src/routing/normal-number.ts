const NUMBER = /^\+?[\d\- ()]+$/;
const FORMATTING = /[- ()]/g;

/** A number as livekit-server compares it: `+1 (555) 010-0000` is `+15550100000`. Names stay. */
export const normalNumber = (number: string): string => {
  if (!NUMBER.test(number)) return number;
  const digits = number.replace(FORMATTING, '');
  return digits.startsWith('+') ? digits : `+${digits}`;
};
