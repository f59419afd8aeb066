import { abortCause, type SourcedThreshold } from '@livekit-swarm/analysis';
import { formatThreshold } from '@livekit-swarm/metrics';
import type { RunLog } from './run-log.ts';

/**
 * Watches the thresholds with `abortOnFail` during a run.
 * @returns whether the run must end, called once a second: then the record has the crossing
 */
export const watchAbortThresholds = (
  thresholds: readonly SourcedThreshold[],
  {
    elapsedMs,
    interimSummary,
    appendRunEvent,
  }: Pick<RunLog, 'elapsedMs' | 'interimSummary' | 'appendRunEvent'>,
): (() => boolean) => {
  const watched = thresholds.filter(({ threshold }) => threshold.abortOnFail !== null);
  let doubted = false;
  return () => {
    const cause = watched.length === 0 ? null : abortCause(interimSummary(), watched, elapsedMs());
    const value = cause?.result.value ?? null;
    if (cause === null || value === null) return false;
    const { result, doubts } = cause;
    const crossing = {
      threshold: formatThreshold(result.threshold),
      metric: result.metric,
      value,
    };
    if (doubts.length === 0) {
      appendRunEvent('threshold_crossed', { reason: crossing.threshold, crossing });
      return true;
    }
    // Recorded once: the verdict has later crossings.
    if (!doubted)
      appendRunEvent('warning', {
        reason: 'threshold_doubted',
        crossing,
        findings: doubts,
      });
    doubted = true;
    return false;
  };
};
