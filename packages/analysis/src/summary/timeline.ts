import type { Window } from '@livekit-swarm/metrics';
import { MetricSet } from '@livekit-swarm/metrics';

/** A window while it is being measured. */
export interface MeasuredWindow {
  window: Window;
  metrics: MetricSet;
  /** Whether the run has come to where it begins. */
  begun: boolean;
}

/** The metrics of a whole run and of each of its windows, so that whatever happens at some moment is counted wherever that belongs. */
export class Timeline {
  readonly whole = new MetricSet();
  #windows: MeasuredWindow[] = [];

  /** Sets the windows to measure; of equal ones only one. Call before anything is counted. */
  divide(windows: readonly Window[]): void {
    const known = new Set<string>();
    for (const window of windows) {
      const key = `${window.name} ${window.fromMs} ${window.toMs}`;
      if (known.has(key)) continue;
      known.add(key);
      this.#windows.push({ window, metrics: new MetricSet(), begun: false });
    }
  }

  get windows(): readonly MeasuredWindow[] {
    return this.#windows;
  }

  /** The windows in which this moment lies, ms after the start. */
  around(at: number): MeasuredWindow[] {
    return this.#windows.filter(({ window }) => window.fromMs <= at && at < window.toMs);
  }

  /** The whole run, and the windows in which this moment lies. */
  at(at: number): MetricSet[] {
    return [this.whole, ...this.around(at).map(({ metrics }) => metrics)];
  }

  /** The windows that have begun by now; each is returned once. */
  advance(now: number): MeasuredWindow[] {
    const beginning = this.#windows.filter(({ begun, window }) => !begun && window.fromMs <= now);
    for (const window of beginning) window.begun = true;
    return beginning;
  }
}
