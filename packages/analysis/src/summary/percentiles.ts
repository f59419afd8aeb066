import { aggregate, type MetricValue } from '@livekit-swarm/metrics';
import { z } from 'zod';

const values = z.object({ p50: z.number(), p95: z.number(), max: z.number() });

export const percentiles = values
  .nullable()
  .meta({ id: 'Percentiles', description: 'Milliseconds; null: not measured.' });

export type Percentiles = z.infer<typeof values>;

/** Percentiles of a trend that reports show; null: not measured. */
export const percentilesOf = (value: MetricValue | undefined): Percentiles | null => {
  const p50 = aggregate(value, { type: 'p', percentile: 50 });
  const p95 = aggregate(value, { type: 'p', percentile: 95 });
  const max = aggregate(value, { type: 'max' });
  return p50 === undefined || p95 === undefined || max === undefined ? null : { p50, p95, max };
};
