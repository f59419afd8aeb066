import type { ReconnectPolicy } from './reconnect-policy.ts';

/** What an application takes for the last word: it is in elsewhere, or somebody did not want it there (reasons as in `leave-reason.ts`). */
const FINAL: ReadonlySet<string> = new Set([
  'client_initiated',
  'duplicate_identity',
  'participant_removed',
  'room_deleted',
]);

/** Whether an application joins anew after it was told of a disconnect for this reason. */
export const comesBackAfter = (reason: string): boolean => !FINAL.has(reason);

/** Pauses before attempts to join anew, ms; the last goes on. Each ± 20 %, so that a room does not come back as one. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 5_000];
const JITTER = 0.2;

/** An application that does not give up. @param random uniform in [0, 1) */
export const appRejoinPolicy = (random: () => number = Math.random): ReconnectPolicy => ({
  delayMs: (attempt) => {
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 5_000;
    return Math.round(pause * (1 - JITTER + 2 * JITTER * random()));
  },
});
