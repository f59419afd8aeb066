import type { Window } from '@livekit-swarm/metrics';
import { MetricSet } from '@livekit-swarm/metrics';
import type { HeaderLine, RecordLine } from '@livekit-swarm/record';
import { RolePaths } from '../participants/role-paths.ts';
import { CleanMetrics } from './clean-metrics.ts';
import { ImpairedTimes } from './impaired-times.ts';

/** A window while it is being measured. */
export interface MeasuredWindow {
  window: Window;
  metrics: MetricSet;
  /** Of the times in which the load generator was healthy. */
  clean: CleanMetrics;
  /** Whether the run has come to where it begins. */
  begun: boolean;
}

/** The metrics of a whole run and of each of its windows, so that whatever happens at some moment is counted wherever that belongs. */
export class Timeline {
  readonly #paths = new RolePaths();
  readonly whole = this.#metrics();
  readonly impaired = new ImpairedTimes();
  /** Of the times in which the load generator was healthy. */
  readonly clean = this.#cleanMetrics();
  #windows: MeasuredWindow[] = [];

  /** Sets the windows to measure; of equal ones only one. Call before anything is counted. */
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

  /** The windows in which this moment lies, ms after the start. */
  around(at: number): MeasuredWindow[] {
    return this.#windows.filter(({ window }) => window.fromMs <= at && at < window.toMs);
  }

  /**
   * The whole run, and the windows in which this moment lies; of both also the metrics of the times in which the generator was healthy, if it was
   * from `fromMs` to `toMs`.
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

  /** Takes notice of how the generator is doing. Call with each line before it is counted. */
  observe(line: RecordLine): void {
    this.impaired.add(line);
    if (line.type === 'sample') this.#settle(this.impaired.knownUntilMs);
  }

  /** The windows that have begun by now; each is returned once. */
  advance(now: number): MeasuredWindow[] {
    const beginning = this.#windows.filter(({ begun, window }) => !begun && window.fromMs <= now);
    for (const window of beginning) window.begun = true;
    return beginning;
  }

  /** Call after the last line. */
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
