import type { ReadStream } from './payload-schema.ts';

/** More than any browser does in a second: what is beyond was made up, or counted by something that broke. */
const MAX_PER_SECOND = {
  packets: 20_000,
  bytes: 25_000_000,
  lost: 20_000,
  recovered: 20_000,
  nacks: 1_000,
  plis: 100,
  frames: 240,
  framesDropped: 240,
  // On several cores.
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

/** A freeze counts when it ends, with all its length: it may have begun long before the report did. */
const LONGEST_FREEZE = 120;

/** A report begins where the one before ended; the counters in it begin where they were looked at before that. */
const LONGEST_BETWEEN_LOOKS = 60;

/** The stream with every number cut to what can be, and whether any was. @param seconds that the report covers, as far as they are believed */
export const isPlausible = (
  stream: ReadStream,
  seconds: number,
): { stream: ReadStream; cut: boolean } => {
  // Counters of a browser that was busy arrive in bunches.
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
