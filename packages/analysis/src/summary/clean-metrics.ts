import type { MetricSet } from '@livekit-swarm/metrics';
import type { ImpairedTimes } from './impaired-times.ts';

const SECOND_MS = 1_000;

interface Pending {
  fromMs: number;
  toMs: number;
  metrics: MetricSet;
}

/**
 * Metrics of the times in which the load generator was healthy. Whether it was is known only when all workers have been heard, so that
 * what was measured meanwhile waits, by second.
 */
export class CleanMetrics {
  /** What counts whenever it was. */
  readonly metrics: MetricSet;
  readonly #times: ImpairedTimes;
  readonly #create: () => MetricSet;
  readonly #pending = new Map<string, Pending>();

  /** @param create an empty set */
  constructor(times: ImpairedTimes, create: () => MetricSet) {
    this.#times = times;
    this.#create = create;
    this.metrics = create();
  }

  /** Where to count what was measured from `fromMs` to `toMs`; null: nowhere. */
  during(fromMs: number, toMs: number): MetricSet | null {
    const from = Math.floor(fromMs / SECOND_MS) * SECOND_MS;
    const to = Math.ceil(toMs / SECOND_MS) * SECOND_MS;
    if (to <= this.#times.knownUntilMs) return this.#times.isClean(from, to) ? this.metrics : null;
    const key = `${from} ${to}`;
    const known = this.#pending.get(key) ?? { fromMs: from, toMs: to, metrics: this.#create() };
    this.#pending.set(key, known);
    return known.metrics;
  }

  /** Decides what waits and has become known. @param untilMs from when on nothing is known yet */
  settle(untilMs: number): void {
    for (const [key, { fromMs, toMs, metrics }] of this.#pending) {
      if (toMs > untilMs) continue;
      this.#pending.delete(key);
      if (this.#times.isClean(fromMs, toMs)) this.metrics.merge(metrics);
    }
  }
}
