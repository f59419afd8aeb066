import type { LiveFold } from '@livekit-swarm/analysis/live';
import { type ChartLayout, layoutKey, layoutOf } from '../charts/read-charts.ts';
import type { LiveFull, LiveTick } from './live-data.ts';
import { fullOf, type RunNumber, tickOf } from './snapshot.ts';

/**
 * Messages of one run: the whole state for a browser that knows nothing, and after it the points
 * that are new or have changed.
 */
export class LiveMessages {
  readonly #run: LiveFold;
  readonly #number: RunNumber;
  /** Key of the lines that the browsers know; empty: they need the whole state. */
  #known = '';

  constructor(run: LiveFold, number: RunNumber) {
    this.#run = run;
    this.#number = number;
  }

  /** Whole state of the complete seconds. */
  full(): LiveFull {
    const history = this.#run.history();
    const layout = layoutOf(history);
    // Browsers that have the lines of an earlier state cannot read points of these.
    if (keyOf(history.stepMs, layout) !== this.#known) this.#known = '';
    return fullOf(this.#run, history, layout, this.#number);
  }

  /** Message after a second for all browsers; null: they need the whole state. */
  next(): LiveTick | null {
    const history = this.#run.history();
    const layout = layoutOf(history);
    const key = keyOf(history.stepMs, layout);
    const isSame = key === this.#known;
    this.#known = key;
    const from = this.#run.takeChanged();
    const marks = this.#run.marks.takeChanged();
    return isSame ? tickOf(this.#run, history, layout, from, marks) : null;
  }

  /** Forgets what has changed: there is no browser that needs it. */
  skip(): void {
    this.#run.takeChanged();
    this.#run.marks.takeChanged();
  }
}

const keyOf = (stepMs: number, layout: readonly ChartLayout[]): string =>
  `${stepMs} ${layoutKey(layout)}`;
