import type { ThresholdResult } from '@livekit-swarm/analysis';
import {
  formatAggregation,
  metricDefinition,
  parseThreshold,
  type Threshold,
} from '@livekit-swarm/metrics';
import type { ThresholdCrossing } from '@livekit-swarm/record';
import { formatFigure } from '../format.ts';

type Measured = Pick<ThresholdResult, 'threshold' | 'value'>;

/** What was measured, in the unit of its metric: `2.06 %`, `105 ms`, `not measured`. */
export const measuredOf = ({ value, threshold }: Measured): string =>
  formatFigure(value, metricDefinition(threshold.metric), formatAggregation(threshold.aggregation));

/** The limit of a threshold: `< 2 %`. */
export const limitOf = ({ threshold }: { threshold: Threshold }): string => {
  const { operator, limit, metric, aggregation } = threshold;
  return `${operator} ${formatFigure(limit, metricDefinition(metric), formatAggregation(aggregation))}`;
};

/** `packet_loss{kind:video}@peak: rate<0.02`: the same in every report, so that it can be searched for. */
export const thresholdName = ({
  metric,
  expression,
}: Pick<ThresholdResult, 'metric' | 'expression'>): string => `${metric}: ${expression}`;

/** `rate was 2.06 %, limit < 2 %`. */
export const measuredText = (result: Measured): string =>
  `${formatAggregation(result.threshold.aggregation)} was ${measuredOf(result)}, limit ${limitOf(result)}`;

/** `join_time@peak: p(95) was 2,410 ms, limit < 2,000 ms`. */
export const crossedText = (result: Measured & Pick<ThresholdResult, 'metric'>): string =>
  `${result.metric}: ${measuredText(result)}`;

/** The same from a record. */
export const crossingText = ({ threshold, metric, value }: ThresholdCrossing): string =>
  crossedText({ threshold: parseThreshold(threshold), metric, value });
