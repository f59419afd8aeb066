import type { Threshold } from '@livekit-swarm/metrics';
import type { SourcedThreshold } from './default-thresholds.ts';
import { evaluate, type Measured, type ThresholdResult } from './threshold-result.ts';

/** Factor on the limit of a threshold from which users notice the load. */
const TIMES_THE_LIMIT = 2;
const LASTING_MS = 10_000;

/**
 * Watches for a load that is far too large: a threshold that is crossed by twice its limit for ten
 * seconds.
 * @returns function to be called about once a second, which returns the crossed threshold; null:
 * none, or not for long enough
 */
export const createOverloadWatch = (
  thresholds: readonly SourcedThreshold[],
): ((measured: Measured, elapsedMs: number) => ThresholdResult | null) => {
  const sinceMs = new Map<Threshold, number>();
  return (measured, elapsedMs) => {
    for (const sourced of thresholds) {
      const { threshold } = sourced;
      const worst = evaluate(measured, sourced).find(isFarBeyond);
      if (worst === undefined) {
        sinceMs.delete(threshold);
        continue;
      }
      const since = sinceMs.get(threshold) ?? elapsedMs;
      sinceMs.set(threshold, since);
      if (elapsedMs - since >= LASTING_MS) return worst;
    }
    return null;
  };
};

/**
 * Returns true if a value exceeds its limit by the factor; a limit of zero and an exact value have
 * no double.
 */
const isFarBeyond = ({ ok, value, threshold: { operator, limit } }: ThresholdResult): boolean => {
  if (ok !== false || value === null || limit <= 0) return false;
  switch (operator) {
    case '<':
    case '<=':
      return value >= TIMES_THE_LIMIT * limit;
    case '>':
    case '>=':
      return value <= limit / TIMES_THE_LIMIT;
    case '==':
    case '!=':
      return false;
  }
};
