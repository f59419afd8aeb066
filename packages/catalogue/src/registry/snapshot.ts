/** What a metric holds at a moment: the shape in which prom-client's registries exchange it. */
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
  /** Of a histogram: `NAME_bucket`, `NAME_sum`, `NAME_count`. */
  metricName?: string;
}

/** All series of one metric belong together, wherever they come from. */
export const mergeSnapshots = (snapshots: readonly Snapshot[]): Snapshot[] =>
  [...Map.groupBy(snapshots, ({ name }) => name).values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, values: [first, ...more].flatMap(({ values }) => values) }],
  );
