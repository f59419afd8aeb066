export { createRunMetrics, type RunFigures, type RunMetrics } from './run-metrics.ts';
export { bucketsOf, type TrendSeries } from './trend-series.ts';
