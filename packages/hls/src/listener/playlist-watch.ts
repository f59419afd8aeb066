import type { NoteFact } from './fact.ts';
import type { Interval } from './interval.ts';

/** One load of a playlist. Times are ms since 1970. */
interface Load {
  requestedMs: number;
  receivedMs: number;
  /** Media sequence number after the newest segment. */
  end: number;
  targetDurationMs: number;
  /** True if the playlist will not grow any more. */
  hasEnded: boolean;
}

/**
 * Longest time without a new segment, target durations: within it, a server makes a new version of
 * the playlist available (RFC 8216 section 6.2.2).
 */
const STALE_TARGETS = 1.5;

/**
 * Watches whether a live playlist grows. The moment of a change lies between the last request that
 * was answered without it and the first answer with it.
 */
export class PlaylistWatch {
  readonly #note: NoteFact;
  #change: Interval | null = null;
  #end = 0;
  #last: Load | null = null;
  #isStale = false;
  #hasGrown = false;

  constructor(note: NoteFact) {
    this.#note = note;
  }

  /**
   * Adds a load.
   * @param writtenMs when the first playlist was written, if its answer shows it
   * @returns true if the playlist changed
   */
  add(load: Load, written: Interval | null = null): boolean {
    const { requestedMs, receivedMs, end } = load;
    const changed = this.#last === null || end !== this.#end;
    if (changed) {
      const change = { earliestMs: this.#last?.requestedMs ?? null, latestMs: receivedMs };
      if (this.#isStale) this.#noteStale(change);
      this.#hasGrown ||= this.#last !== null;
      this.#change = this.#last === null ? (written ?? change) : change;
      this.#end = end;
      this.#isStale = false;
    } else if (this.#change !== null) {
      const unchangedMs = requestedMs - this.#change.latestMs;
      this.#isStale ||= unchangedMs > STALE_TARGETS * load.targetDurationMs;
    }
    this.#last = load;
    return changed;
  }

  /** Ends the watch: a playlist that is stale at this moment has no end of it. */
  stop(atMs: number): void {
    if (this.#isStale) this.#noteStale(null);
    else this.#noteUnknown(atMs);
    this.#isStale = false;
  }

  /** A playlist that has grown was not stale at first: what it is now, a later watch finds. */
  #noteUnknown(atMs: number): void {
    if (this.#change === null || this.#last === null || this.#hasGrown) return;
    const { targetDurationMs, hasEnded } = this.#last;
    const { earliestMs } = this.#change;
    if (hasEnded) return;
    if (earliestMs === null || atMs - earliestMs > STALE_TARGETS * targetDurationMs)
      this.#note({ type: 'stale_unknown', targetDurationMs });
  }

  #noteStale(to: Interval | null): void {
    if (this.#change === null || this.#last === null) return;
    const { receivedMs } = this.#last;
    const from = this.#change;
    this.#note({ type: 'stale', mediaSequence: this.#end - 1, from, to, untilMs: receivedMs });
  }
}
