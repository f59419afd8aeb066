import type { NoteFact } from './fact.ts';

/**
 * Playback of a player that never decodes: seconds of loaded media, which time consumes. It starts
 * with the first segment, and resumes after a stall with the next one.
 */
export class Playback {
  readonly #note: NoteFact;
  readonly #setOutMs: number;
  /** Time at which all loaded media is played, ms since 1970; null: nothing was loaded yet. */
  #endsAtMs: number | null = null;
  /** End of the loaded media by the encoder's clock; null: not known. */
  #programEndMs: number | null = null;

  /** @param setOutMs when the listener asked for the first playlist, ms since 1970 */
  constructor(setOutMs: number, note: NoteFact) {
    this.#setOutMs = setOutMs;
    this.#note = note;
  }

  get hasStarted(): boolean {
    return this.#endsAtMs !== null;
  }

  /** Loaded media that is not played yet, ms. */
  bufferedMs(nowMs: number): number {
    return Math.max(0, (this.#endsAtMs ?? nowMs) - nowMs);
  }

  /** When media that is appended now will be played, ms since 1970. */
  playsAtMs(nowMs: number): number {
    return Math.max(nowMs, this.#endsAtMs ?? nowMs);
  }

  /** Time by which playback is behind the encoder's clock, ms; null: not known. */
  behindMs(nowMs: number): number | null {
    if (this.#programEndMs === null || this.#endsAtMs === null) return null;
    return nowMs - (this.#programEndMs - this.bufferedMs(nowMs));
  }

  /** Appends a loaded segment. */
  append(
    { durationMs, programDateMs }: { durationMs: number; programDateMs: number | null },
    nowMs: number,
  ): void {
    if (this.#endsAtMs === null) {
      this.#note({ type: 'started', atMs: nowMs, startupMs: nowMs - this.#setOutMs });
    } else if (this.#endsAtMs < nowMs) {
      this.#note({ type: 'stalled', fromMs: this.#endsAtMs, toMs: nowMs, isOver: true });
    }
    this.#endsAtMs = this.playsAtMs(nowMs) + durationMs;
    this.#programEndMs = programDateMs === null ? null : programDateMs + durationMs;
  }

  /** Ends playback before the stream has ended: a stall at this moment is not over. */
  stop(nowMs: number): void {
    if (this.#endsAtMs === null || this.#endsAtMs >= nowMs) return;
    this.#note({ type: 'stalled', fromMs: this.#endsAtMs, toMs: nowMs, isOver: false });
  }
}
