import type { FrameResult } from './exchange-result.ts';
import { readFrame } from './frames.ts';

/** Number of later frames after which one that is missing counts as lost. */
const REORDERED_WITHIN = 64;
/** Most missing frames that are kept: after a longer gap all are lost at once. */
const MOST_MISSING = 10_000;

/** Check of the frames of one data track, from the first one that arrives. */
export class FrameCheck {
  readonly #frames: () => FrameResult;
  readonly #isTimed: boolean;
  readonly #missing = new Set<number>();
  #highest: number | null = null;
  /** Frames after the highest number that count as lost already. */
  #lostAhead = 0;
  #isCounted = false;

  /**
   * @param frames returns the counts since the last reading
   * @param isTimed false: latencies are not measured
   */
  constructor(frames: () => FrameResult, isTimed = true) {
    this.#frames = frames;
    this.#isTimed = isTimed;
  }

  receive(payload: Uint8Array): void {
    const frames = this.#frames();
    this.#count(false);
    const read = readFrame(payload);
    if (read === null) {
      frames.lost++;
      // Its number may be damaged, too: it is one of those before the next number.
      this.#lostAhead++;
      return;
    }
    const { number, ms } = read;
    const highest = this.#highest ?? number - 1;
    if (number <= highest) {
      // A frame that arrives twice counts once.
      if (!this.#missing.delete(number)) return;
      frames.reordered++;
    } else {
      this.#highest = number;
      const first = Math.min(number, highest + 1 + this.#lostAhead);
      this.#lostAhead = 0;
      const gap = number - first;
      if (gap > MOST_MISSING) frames.lost += gap;
      else for (let one = first; one < number; one++) this.#missing.add(one);
    }
    frames.received++;
    if (this.#isTimed) frames.latencies.push(Math.max(0, ms));
    for (const one of this.#missing)
      if (one < number - REORDERED_WITHIN && this.#missing.delete(one)) frames.lost++;
  }

  /** Note that no frame arrived in time. */
  silent(): void {
    this.#count(true);
  }

  /**
   * Count frames that were scheduled since the last one as lost; the number of the next one, if it comes,
   * shows whether there were more.
   */
  overdue(due: number): void {
    const more = due - this.#lostAhead;
    if (more <= 0) return;
    this.#frames().lost += more;
    this.#lostAhead = due;
  }

  /** Count what is missing as lost. */
  end(): void {
    this.#frames().lost += this.#missing.size;
    this.#missing.clear();
  }

  #count(isSilent: boolean): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    const frames = this.#frames();
    frames.tracks++;
    if (isSilent) frames.silent++;
  }
}
