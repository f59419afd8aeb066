import { DDSketch } from '@datadog/sketches-js';

/**
 * Bins of a DDSketch (γ = 1.02/0.98, milliseconds) as `[key, count, key, count, …]`, and the number
 * of zero values.
 */
export interface SketchBins {
  bins: number[];
  zeros: number;
}

/**
 * Relative error of a quantile, 0 … 1. It equals that of the pump threads, or bins would not add
 * up.
 */
export const RELATIVE_ACCURACY = 0.02;
/**
 * Ratio between the bounds of neighbouring bins: bin k holds (γ^(k-1), γ^k]. It equals
 * `SKETCH_GAMMA` of the package webrtc, which tests of both packages check.
 */
export const GAMMA = (1 + RELATIVE_ACCURACY) / (1 - RELATIVE_ACCURACY);
/** Largest value that counts as zero, ms. */
export const ZERO_BELOW = 0.001;
/**
 * Largest value, ms (11 days). Larger ones count as this, so that a sketch has fewer than 700 bins.
 */
const LARGEST = 1e9;

const { mapping: MAPPING } = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
const [MIN_KEY, MAX_KEY] = [MAPPING.key(ZERO_BELOW), MAPPING.key(LARGEST)];
/** Values in the middle of all bins, from `MIN_KEY` on: a record has far more bins than values. */
const MIDDLES = Float64Array.from({ length: MAX_KEY - MIN_KEY + 1 }, (_, index) =>
  MAPPING.value(MIN_KEY + index),
);

/**
 * A mergeable sketch of a distribution (DDSketch, Masson et al. 2019): bin k holds (γ^(k-1), γ^k]
 * with γ = 1.02/0.98. Memory is bounded. Samples of many processes and seconds merge without loss,
 * unlike averages of percentiles.
 */
export class Sketch {
  readonly #inner = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
  #zeros = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /**
   * Adds a value, ms. NaN and infinities are ignored; a negative value (clocks that disagree)
   * counts as zero.
   */
  add(value: number, weight = 1): void {
    if (!Number.isFinite(value) || !(weight > 0)) return;
    if (value <= ZERO_BELOW) this.#addZeros(weight);
    else this.#addKey(MAPPING.key(value), weight, value);
  }

  /** Adds bins in the form of records; invalid bins (not a number, count below 1) are skipped. */
  addBins({ bins, zeros }: SketchBins): void {
    if (zeros > 0) this.#addZeros(zeros);
    for (let i = 0; i + 1 < bins.length; i += 2) {
      const key = bins[i];
      const weight = bins[i + 1];
      if (!Number.isInteger(key) || weight === undefined || !(weight > 0) || key === undefined)
        continue;
      this.#addKey(key, weight, MIDDLES[clamp(key) - MIN_KEY] ?? 0);
    }
  }

  merge(other: Sketch): void {
    const sum = this.#sum + other.#sum;
    const min = Math.min(this.#min, other.#min);
    const max = Math.max(this.#max, other.#max);
    this.addBins(other.toBins());
    // Keeps the exact sum and extremes of the other sketch, which the middles of its bins would
    // only approximate.
    this.#sum = sum;
    this.#min = min;
    this.#max = max;
  }

  get count(): number {
    return this.#zeros + this.#inner.store.count;
  }

  /**
   * Smallest value, ms: exact where values were added, within 2 % where bins were. Undefined when
   * empty.
   */
  get min(): number | undefined {
    return this.count === 0 ? undefined : this.#min;
  }

  get max(): number | undefined {
    return this.count === 0 ? undefined : this.#max;
  }

  get avg(): number | undefined {
    return this.count === 0 ? undefined : this.#sum / this.count;
  }

  /** Value that a share `q` (0 … 1) of all values does not exceed, ms; undefined when empty. */
  quantile(q: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = q * (this.count - 1);
    if (rank < this.#zeros) return Math.max(0, this.#min);
    const value = MAPPING.value(this.#inner.store.keyAtRank(rank - this.#zeros));
    return Math.min(this.#max, Math.max(this.#min, value));
  }

  get sum(): number {
    return this.#sum;
  }

  /**
   * Counts the values at or below each bound, as a histogram does. Values within 2 % of a bound may
   * count on its other side.
   * @param bounds ascending, ms
   */
  countsUpTo(bounds: readonly number[]): number[] {
    const counts = bounds.map(() => this.#zeros);
    const { bins } = this.toBins();
    for (let i = 0; i + 1 < bins.length; i += 2) {
      const middle = MAPPING.value(bins[i] ?? 0);
      // The middle of an outermost bin may lie beyond the smallest or largest value.
      const value = Math.min(this.#max, Math.max(this.#min, middle));
      for (const [index, bound] of bounds.entries())
        if (value <= bound) counts[index] = (counts[index] ?? 0) + (bins[i + 1] ?? 0);
    }
    return counts;
  }

  toBins(): SketchBins {
    const { bins, offset } = this.#inner.store;
    return {
      bins: bins.flatMap((count, index) => (count > 0 ? [index + offset, count] : [])),
      zeros: this.#zeros,
    };
  }

  #addKey(key: number, weight: number, value: number): void {
    this.#inner.store.add(clamp(key), weight);
    this.#note(value, weight);
  }

  #addZeros(weight: number): void {
    this.#zeros += weight;
    this.#note(0, weight);
  }

  #note(value: number, weight: number): void {
    this.#sum += value * weight;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }
}

const clamp = (key: number): number => Math.min(MAX_KEY, Math.max(MIN_KEY, key));

/** Bins without values. */
export const emptyBins = (): SketchBins => ({ bins: [], zeros: 0 });
