import type { FrameResult } from './exchange-result.ts';
import { FrameCheck } from './frame-check.ts';
import { SETTLED_MS } from './rounds.ts';

/** Time for a frame beyond its scheduled time, ms: publishers on busy hosts are late. */
const SPARE_MS = 5_000;

export interface TrackWatchOptions {
  /** Interval of the frames, ms. */
  everyMs: number;
  /** False if the publisher is on another host, with a clock of its own. */
  isTimed: boolean;
  /** Returns the counts since the last reading. */
  frames(): FrameResult;
}

/** Watch over the frames that one publisher in the room owes to this participant. */
export class TrackWatch {
  readonly #everyMs: number;
  readonly #check: FrameCheck;
  /** Time of the last frame, or from which the first one is awaited, ms. */
  #since = performance.now();
  #isHeard = false;

  constructor({ everyMs, isTimed, frames }: TrackWatchOptions) {
    this.#everyMs = everyMs;
    this.#check = new FrameCheck(frames, isTimed);
  }

  receive(payload: Uint8Array): void {
    this.#since = performance.now();
    this.#isHeard = true;
    this.#check.receive(payload);
  }

  /** Await frames from now on: before, the connection was lost. */
  again(): void {
    this.#since = performance.now();
  }

  /** Look whether frames are overdue. */
  look(): void {
    const since = performance.now() - this.#since;
    const settling = this.#isHeard ? 0 : SETTLED_MS;
    if (since < settling + this.#everyMs + SPARE_MS) return;
    if (this.#isHeard) this.#check.overdue(Math.floor(since / this.#everyMs));
    else this.#check.silent();
  }

  /** End: the publisher or this participant leaves. */
  end(): void {
    this.#check.end();
  }
}
