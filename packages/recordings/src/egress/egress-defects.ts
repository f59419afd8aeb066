import type { EgressRun, EgressState } from './egress-run.ts';

/** Defect of an egress, apart from its file. */
export type EgressDefect =
  /** The API refused the request: no worker is free, or there is none. */
  | { code: 'refused'; message: string }
  /** It was not active in time. */
  | { code: 'not_started'; waitedMs: number }
  /** It ended before it was stopped. */
  | { code: 'ended_early'; afterMs: number }
  /** It ended otherwise than complete. */
  | { code: 'not_complete'; state: EgressState; error: string | null }
  /** It was not over in time: its worker may be gone. */
  | { code: 'not_ended'; state: EgressState; waitedMs: number };

export const egressDefects = (run: EgressRun, nowMs: number): EgressDefect[] => {
  const { state, error, requestedAtMs, activeAtMs, stoppedAtMs, endedAtMs } = run;
  if (state === null) return [{ code: 'refused', message: error ?? 'no reason given' }];
  const defects: EgressDefect[] = [];
  if (activeAtMs === null && (state === 'starting' || stoppedAtMs !== null))
    defects.push({ code: 'not_started', waitedMs: (stoppedAtMs ?? nowMs) - requestedAtMs });
  if (endedAtMs === null)
    defects.push({ code: 'not_ended', state, waitedMs: nowMs - (stoppedAtMs ?? requestedAtMs) });
  else if (state !== 'complete') defects.push({ code: 'not_complete', state, error });
  if (endedAtMs !== null && stoppedAtMs === null)
    defects.push({ code: 'ended_early', afterMs: endedAtMs - (activeAtMs ?? requestedAtMs) });
  return defects;
};
