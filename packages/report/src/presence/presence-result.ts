import type { Presence, PresenceJudgement } from '@livekit-swarm/presence';
import type { ExitCode } from '@livekit-swarm/settings';

/** The result of `swarm presence`. */
export interface PresenceResult {
  /** Unix time, ms. */
  startedAtMs: number;
  /** URL without secrets, or the server that was started. */
  deployment: string;
  /** The load in a phrase. */
  load: string;
  presence: Presence;
  judgement: PresenceJudgement;
  /** True if this host was too slow for its times to be trusted. */
  isImpaired: boolean;
  exitCode: ExitCode;
}
