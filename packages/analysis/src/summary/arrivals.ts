/** Clock and start uncertainty below which arrival skew is negligible, ms. */
export const START_SKEW_MS = 50;

/** Least number of joins in a spike: fewer may arrive at the same moment at random. */
const LEAST_JOINS = 10;
/**
 * Time within which a result follows its scheduled join, ms: four attempts of 15 s, and their
 * back-off.
 */
const KEPT_MS = 90_000;
const SLOTS_PER_SECOND = 1_000 / START_SKEW_MS;

/**
 * Finds moments at which participants were scheduled to arrive simultaneously: two slots of 50 ms
 * with more than half of the joins in the second around them. At such a moment, a host that is
 * early or late makes the load on the server lower than planned; a steady rate of joins does not
 * change.
 */
export class Arrivals {
  /** Number of joins in each slot. */
  readonly #joins = new Map<number, number>();
  readonly #spikes = new Set<number>();
  #latestMs = 0;

  /** @param atMs scheduled time of the join, ms after the start */
  add(atMs: number): void {
    const slot = Math.floor(atMs / START_SKEW_MS);
    this.#joins.set(slot, (this.#joins.get(slot) ?? 0) + 1);
    this.#latestMs = Math.max(this.#latestMs, atMs);
    if (this.#joins.size > (2 * KEPT_MS) / START_SKEW_MS) this.#forget();
  }

  /** Starts of the spikes, ms after the start of the run. */
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
