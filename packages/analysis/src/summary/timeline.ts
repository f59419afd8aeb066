import type { Window } from '@livekit-swarm/metrics';
import { MetricSet } from '@livekit-swarm/metrics';
import type { HeaderLine, RecordLine } from '@livekit-swarm/record';
import { RolePaths } from '../participants/role-paths.ts';
import { CleanMetrics } from './clean-metrics.ts';
import { ImpairedTimes } from './impaired-times.ts';

/** Window under measurement. */
export interface MeasuredWindow {
  window: Window;
  metrics: MetricSet;
  /** Metrics of the times in which the load generator was healthy. */
  clean: CleanMetrics;
  /** True if the window has begun. */
  begun: boolean;
}

/**
 * Metrics of a whole run and of each of its windows, so that each measurement counts in all of
 * those that it belongs to.
 */
export class Timeline {
  readonly #paths = new RolePaths();
  readonly whole = this.#metrics();
  readonly impaired = new ImpairedTimes();
  /** Metrics of the times in which the load generator was healthy. */
  readonly clean = this.#cleanMetrics();
  #windows: MeasuredWindow[] = [];

  /**
   * Sets the windows to measure, each distinct one once; must be called before anything is counted.
   */
  begin(header: Pick<HeaderLine, 'scenario'>, windows: readonly Window[]): void {
    this.#paths.begin(header);
    const known = new Set<string>();
    for (const window of windows) {
      const key = `${window.name} ${window.fromMs} ${window.toMs}`;
      if (known.has(key)) continue;
      known.add(key);
      const clean = this.#cleanMetrics();
      this.#windows.push({ window, metrics: this.#metrics(), clean, begun: false });
    }
  }

  #metrics(): MetricSet {
    return new MetricSet(this.#paths.complete);
  }

  #cleanMetrics(): CleanMetrics {
    return new CleanMetrics(this.impaired, () => this.#metrics());
  }

  get windows(): readonly MeasuredWindow[] {
    return this.#windows;
  }

  /** Windows that contain a time, ms after the start. */
  around(at: number): MeasuredWindow[] {
    return this.#windows.filter(({ window }) => window.fromMs <= at && at < window.toMs);
  }

  /**
   * Metric sets of the whole run and of the windows that contain a time; also their metric sets of
   * healthy times, if the generator was healthy from `fromMs` to `toMs`.
   */
  at(at: number, fromMs: number = at, toMs: number = at): MetricSet[] {
    return [
      this.whole,
      ...cleanOf(this.clean, fromMs, toMs),
      ...this.around(at).flatMap(({ metrics, clean }) => [
        metrics,
        ...cleanOf(clean, fromMs, toMs),
      ]),
    ];
  }

  /** Observes the health of the generator; must be called with each line before it is counted. */
  observe(line: RecordLine): void {
    this.impaired.add(line);
    if (line.type === 'sample') this.#settle(this.impaired.knownUntilMs);
  }

  /** Windows that have begun by now; each is returned once. */
  advance(now: number): MeasuredWindow[] {
    const beginning = this.#windows.filter(({ begun, window }) => !begun && window.fromMs <= now);
    for (const window of beginning) window.begun = true;
    return beginning;
  }

  /** Ends the timeline; must be called after the last line. */
  close(): void {
    this.#settle(Number.POSITIVE_INFINITY);
  }

  #settle(untilMs: number): void {
    for (const { clean } of [this, ...this.#windows]) clean.settle(untilMs);
  }
}

const cleanOf = (clean: CleanMetrics, fromMs: number, toMs: number): MetricSet[] => {
  const metrics = clean.during(fromMs, toMs);
  return metrics === null ? [] : [metrics];
};
