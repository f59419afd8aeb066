/** Values of a metric at a moment, in the form that prom-client's registries exchange. */
export interface Snapshot {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  aggregator: 'sum' | 'omit';
  values: SnapshotValue[];
}

export interface SnapshotValue {
  labels: Record<string, string | number>;
  value: number;
  /**
   * Name of a histogram's series: `NAME_bucket`, `NAME_sum`, `NAME_count`. Absent: the name of the
   * metric.
   */
  metricName?: string;
}

/** Merges snapshots: all series of one metric belong together, from whatever source. */
export const mergeSnapshots = (snapshots: readonly Snapshot[]): Snapshot[] =>
  [...Map.groupBy(snapshots, ({ name }) => name).values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, values: [first, ...more].flatMap(({ values }) => values) }],
  );
