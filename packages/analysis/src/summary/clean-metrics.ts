import type { MetricSet } from '@livekit-swarm/metrics';
import type { ImpairedTimes } from './impaired-times.ts';

const SECOND_MS = 1_000;

interface Pending {
  fromMs: number;
  toMs: number;
  metrics: MetricSet;
}

/**
 * Metrics of the times in which the load generator was healthy. Its health in a second is known
 * only after all workers have reported, so measurements are kept by second until then.
 */
export class CleanMetrics {
  /** Metrics of the times that are known to be clean. */
  readonly metrics: MetricSet;
  readonly #times: ImpairedTimes;
  readonly #create: () => MetricSet;
  readonly #pending = new Map<string, Pending>();

  /** @param create makes an empty set of metrics */
  constructor(times: ImpairedTimes, create: () => MetricSet) {
    this.#times = times;
    this.#create = create;
    this.metrics = create();
  }

  /** Metric set for measurements from `fromMs` to `toMs`; null: the time is impaired. */
  during(fromMs: number, toMs: number): MetricSet | null {
    const from = Math.floor(fromMs / SECOND_MS) * SECOND_MS;
    const to = Math.ceil(toMs / SECOND_MS) * SECOND_MS;
    if (to <= this.#times.knownUntilMs) return this.#times.isClean(from, to) ? this.metrics : null;
    const key = `${from} ${to}`;
    const known = this.#pending.get(key) ?? { fromMs: from, toMs: to, metrics: this.#create() };
    this.#pending.set(key, known);
    return known.metrics;
  }

  /**
   * Adds or drops the kept measurements of times that have become known.
   * @param untilMs time from which nothing is known yet
   */
  settle(untilMs: number): void {
    for (const [key, { fromMs, toMs, metrics }] of this.#pending) {
      if (toMs > untilMs) continue;
      this.#pending.delete(key);
      if (this.#times.isClean(fromMs, toMs)) this.metrics.merge(metrics);
    }
  }
}
