import {
  evaluate,
  type SourcedThreshold,
  type ThresholdResult,
  type Verdict,
} from '@livekit-swarm/analysis';
import { type MetricReader, metricDefinition } from '@livekit-swarm/metrics';
import { JUDGED_AFTER_MS, talkTimeOf } from './call-facts.ts';
import type { CallsRun } from './run-calls.ts';

/** Delay of timers above which times of this process are not trusted, p99, ms. */
export const MOST_DELAY_MS = 100;

/** Share of failed rounds above which a participant that was not found may have been missed. */
const MOST_FAILED_ROUNDS = 0.1;

export interface CallsJudgement {
  verdict: Verdict;
  thresholds: readonly ThresholdResult[];
  /** True if this host was too slow for times and losses to be trusted. */
  isImpaired: boolean;
  /** True if calls were answered, and none lasted long enough for its media to be judged. */
  isTooShort: boolean;
  /** True if nothing answered any INVITE. */
  isUnreachable: boolean;
}

/**
 * Judges calls. A slow host makes times longer and loses packets; it does not refuse calls, so a
 * share of failures is not in doubt.
 */
export const judgeCalls = (
  { calls, generator, followed }: Pick<CallsRun, 'calls' | 'generator' | 'followed'>,
  metrics: MetricReader,
  thresholds: readonly SourcedThreshold[],
): CallsJudgement => {
  const results = thresholds.flatMap((threshold) => evaluate({ metrics, windows: [] }, threshold));
  const isImpaired = generator.loopDelayP99Ms > MOST_DELAY_MS || generator.portConflicts > 0;
  const isPatchy =
    followed !== null && followed.failures > MOST_FAILED_ROUNDS * Math.max(1, followed.rounds);
  const isInDoubt = ({ threshold: { metric } }: ThresholdResult): boolean =>
    (isPatchy && metric.startsWith('sip_room_')) ||
    (isImpaired && (metricDefinition(metric).unit === 'ms' || metric === 'sip_packet_loss'));
  const crossed = results.filter(({ ok }) => ok === false);
  const answered = calls.filter(({ signalling }) => signalling.answeredAtMs !== null);
  const isTooShort =
    answered.length > 0 &&
    answered.every(({ signalling }) => (talkTimeOf(signalling) ?? 0) < JUDGED_AFTER_MS);
  const isUnknown =
    calls.length === 0 ||
    isTooShort ||
    results.some(({ ok, source }) => ok === null && source === 'user') ||
    (followed !== null && followed.failures === followed.rounds);
  const verdict = crossed.some((result) => !isInDoubt(result))
    ? 'failed'
    : crossed.length > 0 || isUnknown || generator.portConflicts > 0
      ? 'inconclusive'
      : 'passed';
  const isUnreachable = calls.length > 0 && calls.every(({ signalling }) => signalling.isUnheard);
  return { verdict, thresholds: results, isImpaired, isTooShort, isUnreachable };
};
