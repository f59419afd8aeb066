import type { MetricName, MetricReader } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { formatMs } from './format.ts';
import type { TableData } from './text-layout.ts';

/** Table of times in ms: a row for each metric, with its title, that has a distribution. */
export const trendTable = (
  metrics: MetricReader,
  titles: readonly (readonly [MetricName, string])[],
): TableData => ({
  head: ['', 'p50', 'p95', 'max', 'values'],
  rows: titles.flatMap(([metric, title]) => {
    const value = metrics.measure(metric);
    if (value?.type !== 'trend' || value.sketch.count === 0) return [];
    const { sketch } = value;
    return [
      [
        title,
        formatMs(sketch.quantile(0.5) ?? null),
        formatMs(sketch.quantile(0.95) ?? null),
        formatMs(sketch.max ?? null),
        formatNumber(sketch.count),
      ],
    ];
  }),
  left: [0],
});
