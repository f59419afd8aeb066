import type { ReadStream } from './payload-schema.ts';

/**
 * Maximum counts of a stream in a second, above those of any browser. Higher counts are forged or
 * wrong.
 */
const MAX_PER_SECOND = {
  packets: 20_000,
  bytes: 25_000_000,
  lost: 20_000,
  recovered: 20_000,
  nacks: 1_000,
  plis: 100,
  frames: 240,
  framesDropped: 240,
  // Codecs may use several cores.
  codecSeconds: 16,
  cpuLimitedSeconds: 1.1,
  freezes: 50,
  concealed: 200_000,
  silentConcealed: 200_000,
  samples: 200_000,
} as const satisfies Partial<Record<keyof ReadStream, number>>;

const MOST = {
  jitter: 10,
  rtt: 60,
  bufferDelay: 60,
  width: 16_384,
  height: 16_384,
} as const satisfies Partial<Record<keyof ReadStream, number>>;

/**
 * Maximum length of a freeze, s. It counts in full when it ends, and may have begun long before the
 * report.
 */
const LONGEST_FREEZE = 120;

/**
 * Maximum time between two readings of the counters, s. A report begins at the end of the previous
 * one, but its counters begin at the reading before.
 */
const LONGEST_BETWEEN_LOOKS = 60;

/**
 * Clamp each number of a stream to its plausible maximum.
 * @param seconds period of the report, as far as it is plausible
 * @returns the stream, and true in `cut` if a number was clamped
 */
export const isPlausible = (
  stream: ReadStream,
  seconds: number,
): { stream: ReadStream; cut: boolean } => {
  // Counters of a busy browser arrive in bursts.
  const span = Math.max(1, seconds);
  const limits: Partial<Record<keyof ReadStream, number>> = {
    ...Object.fromEntries(
      Object.entries(MAX_PER_SECOND).map(([name, most]) => [name, most * span]),
    ),
    ...MOST,
    freezeSeconds: span + LONGEST_FREEZE,
    expectedMs: (span + LONGEST_BETWEEN_LOOKS) * 1_000,
  };
  let cut = false;
  const within = Object.entries(stream).map(([name, value]) => {
    const most = limits[name as keyof ReadStream];
    if (most === undefined || typeof value !== 'number' || value <= most) return [name, value];
    cut = true;
    return [name, most];
  });
  return { stream: Object.fromEntries(within), cut };
};
