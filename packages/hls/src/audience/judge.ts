import {
  evaluate,
  type SourcedThreshold,
  type ThresholdResult,
  type Verdict,
} from '@livekit-swarm/analysis';
import type { Audience } from './run-audience.ts';

/** Delay of timers above which times of this process are not trusted, p99, ms. */
export const MOST_DELAY_MS = 100;

export interface AudienceJudgement {
  verdict: Verdict;
  thresholds: readonly ThresholdResult[];
  /** True if this host was too slow, or had too few sockets, for the figures to be trusted. */
  isImpaired: boolean;
}

/** Judges an audience. A metric that was not measured is a doubt where a user has set its limit. */
export const judgeAudience = (
  { metrics, generator }: Pick<Audience, 'metrics' | 'generator'>,
  thresholds: readonly SourcedThreshold[],
): AudienceJudgement => {
  const results = thresholds.flatMap((threshold) => evaluate({ metrics, windows: [] }, threshold));
  const isImpaired = generator.loopDelayP99Ms > MOST_DELAY_MS || generator.noSockets > 0;
  const isUnknown = results.some(({ ok, source }) => ok === null && source === 'user');
  const isCrossed = results.some(({ ok }) => ok === false);
  return {
    verdict: isImpaired
      ? 'inconclusive'
      : isCrossed
        ? 'failed'
        : isUnknown
          ? 'inconclusive'
          : 'passed',
    thresholds: results,
    isImpaired,
  };
};
