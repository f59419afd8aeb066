import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { MetricReader, MetricValue } from '@livekit-swarm/metrics';
import type { ReportInput } from './report-input.ts';

/** Metrics of the part of a run in which a threshold was evaluated. */
const readerOf = ({ summary }: ReportInput, { window }: ThresholdResult): MetricReader =>
  summary.windows.find((one) => one.window.name === window?.name)?.metrics ?? summary.metrics;

/** Value of the metric of a threshold, with its selector and in its window. */
export const measuredByThreshold = (
  run: ReportInput,
  result: ThresholdResult,
): MetricValue | undefined =>
  readerOf(run, result).measure(result.threshold.metric, result.threshold.selector);
