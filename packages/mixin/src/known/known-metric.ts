/** A metric of somebody else's that queries may use. */
export interface KnownMetric {
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  labels: readonly string[];
  /** Whether it was there on a server of ours, or is only known from the source. */
  seen?: boolean;
  /** `first_use`: not before it has happened. */
  appears: 'always' | 'first_use';
  why?: string;
  /** What one has to know about it. */
  note?: string;
}

export const known = (type: KnownMetric['type'], ...labels: string[]): KnownMetric => ({
  type,
  labels,
  appears: 'always',
});
