import {
  abortCause,
  assessGenerator,
  createOverloadWatch,
  type SourcedThreshold,
  type ThresholdResult,
} from '@livekit-swarm/analysis';
import { formatThreshold } from '@livekit-swarm/metrics';
import type { EndLine } from '@livekit-swarm/record';
import type { RunLog } from './run-log.ts';

/**
 * Watches the thresholds with `abortOnFail` during a run.
 * @returns function to be called once a second, which returns true if the run must end; the record
 * then has the crossing
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
    if (cause === null) return false;
    const { result, doubts } = cause;
    const crossing = crossingOf(result);
    if (doubts.length === 0) {
      appendRunEvent('threshold_crossed', { reason: crossing.threshold, crossing });
      return true;
    }
    // The warning is recorded once, because the verdict reports later crossings.
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

/**
 * Watches for a load that is far too large for the deployment, with or without `abortOnFail`, so
 * that its users need not wait for the end of the step.
 * @returns function to be called once a second, which returns the reason why the run must end;
 * null: the run continues. With an impaired generator the run also ends, but proves nothing
 */
export const watchOverload = (
  thresholds: readonly SourcedThreshold[],
  {
    elapsedMs,
    interimSummary,
    appendRunEvent,
  }: Pick<RunLog, 'elapsedMs' | 'interimSummary' | 'appendRunEvent'>,
): (() => EndLine['reason'] | null) => {
  const watch = createOverloadWatch(thresholds);
  return () => {
    const interim = interimSummary();
    const result = watch(interim, elapsedMs());
    if (result === null) return null;
    const crossing = crossingOf(result);
    const doubts = assessGenerator(interim).map(({ code }) => code);
    if (doubts.length === 0) {
      appendRunEvent('threshold_crossed', { reason: crossing.threshold, crossing });
      return 'threshold_crossed';
    }
    appendRunEvent('warning', { reason: 'threshold_doubted', crossing, findings: doubts });
    return 'stopped';
  };
};

const crossingOf = ({ threshold, metric, value }: ThresholdResult) => ({
  threshold: formatThreshold(threshold),
  metric,
  value: value ?? 0,
});
