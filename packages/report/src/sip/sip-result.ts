import type { MetricReader } from '@livekit-swarm/metrics';
import type { ExitCode } from '@livekit-swarm/settings';
import type { CallsJudgement, CallsRun } from '@livekit-swarm/sip';

/** The result of `swarm sip`. */
export interface SipResult {
  /** Address of the SIP service, without numbers and credentials. */
  address: string;
  /** Calls that were to begin in a second, and most that were to be open. */
  callsPerSecond: number;
  concurrency: number;
  run: CallsRun;
  metrics: MetricReader;
  judgement: CallsJudgement;
  exitCode: ExitCode;
}
