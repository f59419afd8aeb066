/** Cache of recent events: at most `most`, each for at most `keptMs`. */
export class ReplayCache {
  readonly #seen = new Map<string, number>();
  readonly #keptMs: number;
  readonly #most: number;

  constructor(keptMs: number, most: number) {
    this.#keptMs = keptMs;
    this.#most = most;
  }

  get size(): number {
    return this.#seen.size;
  }

  /**
   * Add an event.
   * @returns false if it was added before
   */
  add(id: string, now: number): boolean {
    for (const [old, at] of this.#seen) {
      if (now - at <= this.#keptMs && this.#seen.size < this.#most) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(id)) return false;
    this.#seen.set(id, now);
    return true;
  }
}
