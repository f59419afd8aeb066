/** A metric of another program that queries may use. */
export interface KnownMetric {
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  labels: readonly string[];
  /** Whether it was observed on a running server, or is only known from the source code. */
  seen?: boolean;
  /** `first_use`: absent until `why` is true. */
  appears: 'always' | 'first_use';
  why?: string;
  note?: string;
}

export const known = (type: KnownMetric['type'], ...labels: string[]): KnownMetric => ({
  type,
  labels,
  appears: 'always',
});
