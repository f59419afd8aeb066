export {
  AGGREGATIONS,
  type Aggregation,
  aggregate,
  aggregationKey,
  formatAggregation,
  type MetricValue,
} from './aggregation.ts';
export { holdsDespiteImpairment, IMPAIRMENTS } from './impairment.ts';
export {
  type CountedIn,
  flattenMetrics,
  isSelected,
  type MetricReader,
  MetricSet,
  shareLabels,
} from './metric-set.ts';
export {
  isMetricName,
  type Label,
  type Labels,
  type MetricDefinition,
  type MetricName,
  metricDefinition,
  metricNames,
  runMetricNames,
} from './metrics.ts';
export { emptyBins, GAMMA, Sketch, type SketchBins } from './sketch.ts';
export {
  formatExpression,
  formatTarget,
  formatThreshold,
  holds,
  type Operator,
  type Threshold,
} from './threshold.ts';
export { parseThreshold, readThreshold, thresholdError } from './threshold-grammar.ts';
export type { Window } from './window-ref.ts';
export { windowsMeant } from './window-ref.ts';
export { WITNESS_GROUP } from './witness.ts';
