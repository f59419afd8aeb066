import { bucketsOf, type TrendSeries } from '@livekit-swarm/catalogue/run-metrics';
import type { Histogram } from '@opentelemetry/sdk-metrics';

/**
 * Makes a histogram with the same bounds as `/metrics`, for backends without exponential
 * histograms.
 */
export const explicitHistogramOf = ({ name, sketch }: TrendSeries): Histogram => {
  const boundaries = [...bucketsOf(name)];
  const upTo = sketch.countsUpTo(boundaries.map((bound) => bound * 1_000));
  const counts = [...upTo, sketch.count].map((count, index) => count - (upTo[index - 1] ?? 0));
  return { buckets: { boundaries, counts }, sum: sketch.sum / 1_000, count: sketch.count };
};

/** Difference between two states of the same histogram. */
export const explicitDifference = (now: Histogram, before: Histogram): Histogram => ({
  buckets: {
    boundaries: now.buckets.boundaries,
    counts: now.buckets.counts.map((count, index) => count - (before.buckets.counts[index] ?? 0)),
  },
  sum: (now.sum ?? 0) - (before.sum ?? 0),
  count: now.count - before.count,
});
