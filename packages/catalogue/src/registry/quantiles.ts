import type { Metric } from 'prom-client';
import type { Snapshot } from './snapshot.ts';

/**
 * Summary whose quantiles are set from outside: that of prom-client accepts only single
 * observations.
 */
export class Quantiles {
  readonly #snapshot: Omit<Snapshot, 'values'>;
  readonly #values = new Map<
    string,
    { labels: Record<string, string>; quantiles: ReadonlyMap<number, number> }
  >();

  constructor(name: string, help: string) {
    this.#snapshot = { name, help, type: 'summary', aggregator: 'omit' };
  }

  /**
   * Sets the quantiles of a series.
   * @param quantiles values in the unit of the metric by quantile, 0 … 1
   */
  set(labels: Record<string, string>, quantiles: ReadonlyMap<number, number>): void {
    this.#values.set(JSON.stringify(Object.entries(labels).sort()), { labels, quantiles });
  }

  reset(): void {
    this.#values.clear();
  }

  /** Adapter to prom-client's registry. */
  asMetric(): Metric {
    return asMetric(this.#snapshot.name, async () => ({
      ...this.#snapshot,
      values: [...this.#values.values()].flatMap(({ labels, quantiles }) =>
        [...quantiles].map(([quantile, value]) => ({ labels: { ...labels, quantile }, value })),
      ),
    }));
  }
}

/**
 * Makes a metric for prom-client's registry, which calls only `get` although its type requires one
 * of its own classes.
 */
export const asMetric = (name: string, get: () => Promise<Snapshot>): Metric =>
  ({ name, get, reset: () => {} }) as unknown as Metric;
