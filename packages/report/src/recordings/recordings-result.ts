import type { Verdict } from '@livekit-swarm/analysis';
import type { JudgedRecording } from '@livekit-swarm/recordings';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';

/** The result of `swarm recordings`. */
export interface RecordingsResult {
  /** When the first recording was read, ms since 1970. */
  startedAtMs: number;
  recordings: readonly JudgedRecording[];
  verdict: Verdict;
  exitCode: ExitCode;
}

/** Result of judged recordings: one defect fails it; without one, not all may have been read. */
export const resultOfRecordings = (
  startedAtMs: number,
  recordings: readonly JudgedRecording[],
): RecordingsResult => {
  const verdict = recordings.some(({ defects }) => defects.length > 0)
    ? 'failed'
    : recordings.some(({ unread }) => unread !== null)
      ? 'inconclusive'
      : 'passed';
  return { startedAtMs, recordings, verdict, exitCode: EXIT_CODES[verdict].code };
};
