/** Clock and start uncertainty below which arrival skew is negligible, ms. */
export const START_SKEW_MS = 50;

/** Joins of a spike: fewer arrive at one moment at random. */
const LEAST_JOINS = 10;
/** A result follows its scheduled join within this time, ms: four attempts of 15 s, and their back-off. */
const KEPT_MS = 90_000;
const SLOTS_PER_SECOND = 1_000 / START_SKEW_MS;

/**
 * Finds moments at which participants were scheduled to arrive at once: two slots of 50 ms that have more than half of the joins of the second around
 * them. There a host that is early or late makes the arrival easier for the server than it was meant to be; a steady rate of joins is the same.
 */
export class Arrivals {
  /** Slot → joins. */
  readonly #joins = new Map<number, number>();
  readonly #spikes = new Set<number>();
  #latestMs = 0;

  /** @param atMs when the join was scheduled, ms after the start */
  add(atMs: number): void {
    const slot = Math.floor(atMs / START_SKEW_MS);
    this.#joins.set(slot, (this.#joins.get(slot) ?? 0) + 1);
    this.#latestMs = Math.max(this.#latestMs, atMs);
    if (this.#joins.size > (2 * KEPT_MS) / START_SKEW_MS) this.#forget();
  }

  /** When they began, ms after the start. */
  spikes(): number[] {
    return [...new Set([...this.#spikes, ...this.#found()])].sort((a, b) => a - b);
  }

  #found(): number[] {
    return [...this.#joins.keys()].filter((slot) => this.#isSpike(slot)).map(startOf);
  }

  #isSpike(slot: number): boolean {
    const at = (other: number): number => this.#joins.get(other) ?? 0;
    const here = at(slot) + at(slot + 1);
    if (here < LEAST_JOINS) return false;
    let around = 0;
    for (let other = slot - SLOTS_PER_SECOND / 2; other <= slot + SLOTS_PER_SECOND / 2; other++)
      around += at(other);
    return here > around / 2;
  }

  #forget(): void {
    for (const at of this.#found()) this.#spikes.add(at);
    for (const slot of this.#joins.keys())
      if (startOf(slot) < this.#latestMs - KEPT_MS) this.#joins.delete(slot);
  }
}

const startOf = (slot: number): number => slot * START_SKEW_MS;
