import { type Downsampling, type SeriesCell, TimeSeriesBuilder } from '../history/time-series.ts';

/**
 * Largest number of points, half an hour of single seconds. In a longer run, two points become one.
 */
const MAX_POINTS = 1_800;

/** Figures of a run by name, in steps of equal length; memory does not grow with the run. */
export class LiveColumns {
  readonly #builders = new Map<string, TimeSeriesBuilder>();
  #perStep = 1;
  #points = 0;

  /** Length of a step, s: one second, doubled until the run fits into `MAX_POINTS`. */
  get step(): number {
    return this.#perStep;
  }

  get points(): number {
    return this.#points;
  }

  get names(): string[] {
    return [...this.#builders.keys()];
  }

  /**
   * Makes room for a second.
   * @returns number of its point
   */
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

  /** Values of a figure at all points; null where there is none. */
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
