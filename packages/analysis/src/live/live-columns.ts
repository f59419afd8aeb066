import { type Downsampling, type SeriesCell, TimeSeriesBuilder } from '../history/time-series.ts';

/** As many points as a run keeps; of a longer run, two steps become one. Half an hour of single seconds. */
const MAX_POINTS = 1_800;

/** Figures of a run by their names, in steps of equal length; memory does not grow with the run. */
export class LiveColumns {
  readonly #builders = new Map<string, TimeSeriesBuilder>();
  #perStep = 1;
  #points = 0;

  /** Seconds of a step: a second, doubled as often as the run needs to fit. */
  get step(): number {
    return this.#perStep;
  }

  get points(): number {
    return this.#points;
  }

  get names(): string[] {
    return [...this.#builders.keys()];
  }

  /** Makes room for a second. @returns its point */
  open(second: number): number {
    while (Math.floor(second / this.#perStep) >= MAX_POINTS) {
      this.#perStep *= 2;
      for (const one of this.#builders.values()) one.halve();
      this.#points = Math.ceil(this.#points / 2);
    }
    const point = Math.floor(second / this.#perStep);
    this.#points = Math.max(this.#points, point + 1);
    return point;
  }

  add(point: number, name: string, downsampling: Downsampling, cell: SeriesCell): void {
    let found = this.#builders.get(name);
    if (found === undefined) {
      found = new TimeSeriesBuilder(downsampling);
      this.#builders.set(name, found);
    }
    found.add(point, cell);
  }

  /** All points of a figure; null where there is none. */
  all(name: string): (number | null)[] {
    return (
      this.#builders.get(name)?.series(this.#points).value ??
      Array.from({ length: this.#points }, () => null)
    );
  }

  at(name: string, point: number): number | null {
    return this.#builders.get(name)?.at(point) ?? null;
  }
}
