/** A metric of another program that queries may use. */
export interface KnownMetric {
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  labels: readonly string[];
  /**
   * True when the metric was observed on a running server; otherwise it is known from the source
   * code.
   */
  seen?: boolean;
  /** Time of its first sample. `first_use`: absent until `why` happens. */
  appears: 'always' | 'first_use';
  why?: string;
  note?: string;
}

export const known = (type: KnownMetric['type'], ...labels: string[]): KnownMetric => ({
  type,
  labels,
  appears: 'always',
});
