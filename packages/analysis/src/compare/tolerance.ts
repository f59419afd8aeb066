import { GAMMA, type MetricName, metricDefinition } from '@livekit-swarm/metrics';
import type { Figure } from './figures.ts';
import type { Margin } from './margin.ts';
import { type LoadSize, smallestRelevantChange } from './smallest-relevant-change.ts';

/** The accepted change of a figure: for all, and for single metrics. */
export interface Tolerance {
  relative: number;
  metrics: Partial<Record<MetricName, Partial<Margin>>>;
}

/**
 * 10 %. Runs of one server on one quiet host differ by less in what users notice (docs/comparisons.md); an operator looks into a change of 10 %, and
 * does not stop a release for a smaller one.
 */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 0.1, metrics: {} };

/** Two equal values can be read from a sketch as neighbouring bins: 2 % up and 2 % down. */
const SKETCH_STEP = GAMMA - 1;

/** How far two values of a figure may be apart and still count as equal. */
export const marginOf = (
  { metric, aggregation }: Figure,
  tolerance: Tolerance,
  load: LoadSize,
): Margin => {
  const own = tolerance.metrics[metric];
  const relative = own?.relative ?? tolerance.relative;
  const sketched =
    metricDefinition(metric).type === 'trend' &&
    aggregation.type !== 'count' &&
    aggregation.type !== 'avg';
  return {
    relative: sketched ? Math.max(relative, SKETCH_STEP) : relative,
    absolute: own?.absolute ?? smallestRelevantChange(metric, load),
  };
};
