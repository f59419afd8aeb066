import { abortCause, crossedSentence, type SourcedThreshold } from '@livekit-swarm/analysis';
import { formatThreshold } from '@livekit-swarm/metrics';
import type { Ledger } from './ledger.ts';

/**
 * Watches the thresholds with `abortOnFail` while a run goes on.
 * @returns whether the run is to end, asked once a second: then the record says why
 */
export const watchThresholds = (
  thresholds: readonly SourcedThreshold[],
  { elapsedMs, interimSummary, note }: Pick<Ledger, 'elapsedMs' | 'interimSummary' | 'note'>,
): (() => boolean) => {
  const watched = thresholds.filter(({ threshold }) => threshold.abortOnFail !== null);
  let doubted = false;
  return () => {
    const cause = watched.length === 0 ? null : abortCause(interimSummary(), watched, elapsedMs());
    if (cause === null) return false;
    const { result, doubts } = cause;
    const sentence = crossedSentence(result);
    const [doubt] = doubts;
    if (doubt === undefined) {
      note('threshold_crossed', { reason: formatThreshold(result.threshold), message: sentence });
      return true;
    }
    // Said once: what follows is in the verdict.
    if (!doubted)
      note('warning', {
        reason: 'threshold_doubted',
        message: `${sentence} The run goes on, as that may be our own doing: ${doubt.sentence}`,
      });
    doubted = true;
    return false;
  };
};
