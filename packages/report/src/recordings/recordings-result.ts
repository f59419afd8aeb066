import type { Verdict } from '@livekit-swarm/analysis';
import type { JudgedRecording } from '@livekit-swarm/recordings';
import type { ExitCode } from '@livekit-swarm/settings';

/** The result of `swarm recordings`. */
export interface RecordingsResult {
  /** When the first recording was read, ms since 1970. */
  startedAtMs: number;
  recordings: readonly JudgedRecording[];
  verdict: Verdict;
  exitCode: ExitCode;
}
