import type { ReconnectPolicy } from './reconnect-policy.ts';

/**
 * Reasons after which an application does not rejoin (codes of `leave-reason.ts`): it joined
 * elsewhere, or it was removed. A defect of the load generator must stay visible.
 */
const FINAL: ReadonlySet<string> = new Set([
  'client_initiated',
  'internal_error',
  'duplicate_identity',
  'participant_removed',
  'room_deleted',
]);

/** Returns true when an application rejoins after a disconnect with this reason. */
export const mayRejoinAfter = (reason: string): boolean => !FINAL.has(reason);

/**
 * Delays before rejoin attempts, ms; the last one repeats. Each varies by ± 20 %, so that
 * participants of a room do not rejoin simultaneously.
 */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 5_000];
const JITTER = 0.2;

/** Rejoin policy of an application that does not give up. @param random uniform in [0, 1) */
export const appRejoinPolicy = (random: () => number = Math.random): ReconnectPolicy => ({
  delayMs: (attempt) => {
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 5_000;
    return Math.round(pause * (1 - JITTER + 2 * JITTER * random()));
  },
});
