import type { Metric } from 'prom-client';
import type { Snapshot } from './snapshot.ts';

/** A summary whose quantiles are set from outside: prom-client's own only accepts single observations. */
export class Quantiles {
  readonly #snapshot: Omit<Snapshot, 'values'>;
  readonly #values = new Map<
    string,
    { labels: Record<string, string>; quantiles: ReadonlyMap<number, number> }
  >();

  constructor(name: string, help: string) {
    this.#snapshot = { name, help, type: 'summary', aggregator: 'omit' };
  }

  /** @param quantiles from 0 … 1 to a value in the unit of the metric */
  set(labels: Record<string, string>, quantiles: ReadonlyMap<number, number>): void {
    this.#values.set(JSON.stringify(Object.entries(labels).sort()), { labels, quantiles });
  }

  reset(): void {
    this.#values.clear();
  }

  /** As a metric of prom-client's registry. */
  asMetric(): Metric {
    return asMetric(this.#snapshot.name, async () => ({
      ...this.#snapshot,
      values: [...this.#values.values()].flatMap(({ labels, quantiles }) =>
        [...quantiles].map(([quantile, value]) => ({ labels: { ...labels, quantile }, value })),
      ),
    }));
  }
}

/** prom-client's registry calls `get` only; its type asks for one of its own classes. */
export const asMetric = (name: string, get: () => Promise<Snapshot>): Metric =>
  ({ name, get, reset: () => {} }) as unknown as Metric;
