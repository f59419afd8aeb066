import { formatDuration, isUsageError, parseDuration, usageError } from '@livekit-swarm/settings';

/** Shortest, longest and default duration, ms. */
interface Range {
  fromMs: number;
  toMs: number;
  initialMs: number;
}

/**
 * Reads the text of a variable as a duration, ms.
 * @throws SwarmError `usage` with the name of the variable
 */
export const readDuration = (
  variable: string,
  text: string | undefined,
  { fromMs, toMs, initialMs }: Range,
): number => {
  if (text === undefined) return initialMs;
  const refuse = (problem: string, hint: string | null) =>
    usageError(`${variable}=${text}: ${problem}`, hint);
  const ms = parsed(text, refuse);
  if (ms >= fromMs && ms <= toMs) return ms;
  throw refuse(
    `must be from ${formatDuration(fromMs)} to ${formatDuration(toMs)}`,
    `leave it out for ${formatDuration(initialMs)}`,
  );
};

const parsed = (text: string, refuse: (problem: string, hint: string | null) => Error): number => {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw refuse('cannot be read as a duration', error.hint);
  }
};
