import type { ExitCode } from '@livekit-swarm/settings';
import type { NightLine } from './night-line.ts';
import type { NightOutcome } from './night-outcome.ts';

export const NIGHT_RESULT_SCHEMA = 'livekit-swarm/night/1';

/** Reason for which a drill was left out of a night. */
export type LeftOutReason =
  /** Settings of its lab that another deployment does not have. */
  | { code: 'needs_own_lab'; settings: string[] }
  /** Fault that the deployment does not offer, with what it lacks. */
  | { code: 'fault_unavailable'; fault: string; why: string }
  /** Deployments that the drill allows. */
  | { code: 'target_not_allowed'; allowed: string[] }
  /** A rule of the deployment refuses it. */
  | { code: 'refused'; message: string }
  /** It would have ended after --max-duration, or was ended by it. */
  | { code: 'max_duration' }
  | { code: 'interrupted' }
  /** The fault of an earlier drill is still active. */
  | { code: 'rollback_failed'; drill: string };

export interface LeftOutDrill {
  drill: string;
  file: string;
  reason: LeftOutReason;
}

/** Outcomes of a drill in earlier nights, the newest first. */
export interface PastOutcomes {
  drill: string;
  outcomes: (NightOutcome & Pick<NightLine, 'night' | 'finding'>)[];
}

export interface NightResult {
  schema: typeof NIGHT_RESULT_SCHEMA;
  /** Start, ISO 8601: the name of the night. */
  night: string;
  seed: number;
  deployment: string;
  durationMs: number;
  exitCode: ExitCode;
  /** Number of last nights that must agree on an outcome. */
  agreeingNights: number;
  /** Last attempt of each drill, in the order of execution. */
  drills: NightLine[];
  leftOut: LeftOutDrill[];
  past: PastOutcomes[];
  /** File of the history. */
  history: string;
}
