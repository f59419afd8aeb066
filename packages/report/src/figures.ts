import type { ThresholdResult } from '@livekit-swarm/analysis';
import { formatAggregation, metricDefinition } from '@livekit-swarm/metrics';
import { formatFigure } from './format.ts';

/** What was measured, in the unit of its metric: `2.06 %`, `105 ms`, `not measured`. */
export const measuredOf = ({ value, threshold }: ThresholdResult): string =>
  formatFigure(value, metricDefinition(threshold.metric), formatAggregation(threshold.aggregation));

/** What was allowed: `< 2 %`. */
export const limitOf = ({ threshold }: ThresholdResult): string => {
  const { operator, limit, metric, aggregation } = threshold;
  return `${operator} ${formatFigure(limit, metricDefinition(metric), formatAggregation(aggregation))}`;
};

/** `packet_loss{kind:video}@peak: rate<0.02`: the same in every report, so that it can be searched for. */
export const thresholdName = ({ metric, expression }: ThresholdResult): string =>
  `${metric}: ${expression}`;

/** `rate was 2.06 %, allowed is < 2 %`. */
export const measuredSentence = (result: ThresholdResult): string =>
  `${formatAggregation(result.threshold.aggregation)} was ${measuredOf(result)}, allowed is ${limitOf(result)}`;

/** The second of the same name gets a number: CI systems show only the first of two. */
export const uniqueNames = (names: readonly string[]): string[] => {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
};
