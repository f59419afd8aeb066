import {
  evaluate,
  type SourcedThreshold,
  type ThresholdResult,
  type Verdict,
} from '@livekit-swarm/analysis';
import { type MetricReader, metricDefinition } from '@livekit-swarm/metrics';

export interface PresenceJudgement {
  verdict: Verdict;
  thresholds: readonly ThresholdResult[];
}

export interface Doubts {
  /** Own sessions that were compared. */
  sessions: number;
  /** True if the API was asked who is in the rooms, and never answered. */
  isUnanswered: boolean;
  /** True if this host was too slow for its times to be trusted. */
  isImpaired: boolean;
}

/**
 * Judges what was compared. A slow generator can neither lose a webhook nor repeat one: only times
 * that are too long are in doubt then. Without a participant, or an answer of the API, there is
 * nothing to compare, which is no reason to pass.
 */
export const judgePresence = (
  metrics: MetricReader,
  thresholds: readonly SourcedThreshold[],
  { sessions, isUnanswered, isImpaired }: Doubts,
): PresenceJudgement => {
  const results = thresholds.flatMap((threshold) => evaluate({ metrics, windows: [] }, threshold));
  const crossed = results.filter(({ ok }) => ok === false);
  const isInDoubt = ({ threshold }: ThresholdResult): boolean =>
    isImpaired && metricDefinition(threshold.metric).unit === 'ms';
  const isUnknown = results.some(({ ok, source }) => ok === null && source === 'user');
  const verdict = (): Verdict => {
    if (sessions === 0) return 'inconclusive';
    if (crossed.some((result) => !isInDoubt(result))) return 'failed';
    return crossed.length > 0 || isUnknown || isUnanswered ? 'inconclusive' : 'passed';
  };
  return { thresholds: results, verdict: verdict() };
};
