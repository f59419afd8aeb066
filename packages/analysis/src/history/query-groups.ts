import type { Aggregation, Label, Labels, MetricName } from '@livekit-swarm/metrics';
import { type Downsampling, downsamplingOf, type SeriesQuery, seriesName } from './time-series.ts';

/** Series of a query. */
interface QueriedSeries {
  name: string;
  downsampling: Downsampling;
  aggregation: Aggregation;
}

/** Queries of the same metric and selector, which share what is collected in a second. */
export interface QueryGroup {
  metric: MetricName;
  selector: Labels;
  /** The selector as a list, which is read for every sample. */
  labels: [Label, string][];
  series: QueriedSeries[];
}

/** Aggregation in the key of a group, which is the same for all of its queries. */
const SHARED: Aggregation = { type: 'rate' };

/** Groups queries by metric and selector; equal queries are one series. */
export const groupQueries = (queries: readonly SeriesQuery[]): QueryGroup[] => {
  const groups = new Map<string, QueryGroup>();
  for (const query of queries) {
    const { metric, selector, aggregation } = query;
    const key = seriesName({ metric, selector, aggregation: SHARED });
    const group = groups.get(key) ?? {
      metric,
      selector,
      labels: Object.entries(selector) as [Label, string][],
      series: [],
    };
    groups.set(key, group);
    const name = seriesName(query);
    if (group.series.every((other) => other.name !== name))
      group.series.push({ name, downsampling: downsamplingOf(query), aggregation });
  }
  return [...groups.values()];
};
