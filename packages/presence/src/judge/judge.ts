import {
  evaluate,
  type SourcedThreshold,
  type ThresholdResult,
  type Verdict,
} from '@livekit-swarm/analysis';
import type { MetricReader } from '@livekit-swarm/metrics';

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
  const isUnknown = results.some(({ ok, source }) => ok === null && source === 'user');
  const isCertain = crossed.some(({ threshold }) => !isTime(threshold.metric));
  return {
    thresholds: results,
    verdict:
      sessions === 0
        ? 'inconclusive'
        : isCertain
          ? 'failed'
          : crossed.length > 0
            ? isImpaired
              ? 'inconclusive'
              : 'failed'
            : isUnknown || isUnanswered
              ? 'inconclusive'
              : 'passed',
  };
};

const isTime = (metric: ThresholdResult['threshold']['metric']): boolean =>
  metric === 'webhook_delay' ||
  metric === 'presence_unlisted_time' ||
  metric === 'presence_ghost_time';
