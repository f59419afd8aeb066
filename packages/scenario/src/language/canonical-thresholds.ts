import { formatTarget, formatThreshold, parseThreshold } from '@livekit-swarm/metrics';

/**
 * Thresholds in one spelling and order, however they were written: those on the same metric, selector and window stand together.
 * @throws ThresholdError
 */
export const canonicalThresholds = (texts: readonly string[]): string[] => {
  const byTarget = Map.groupBy(texts.map(parseThreshold), formatTarget);
  return [...byTarget.values()].flat().map(formatThreshold);
};
