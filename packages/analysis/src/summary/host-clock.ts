import type { ClockLine, HostLine } from '@livekit-swarm/record';

/** Clock of one host, updated with each reading in the record. */
export class HostClock {
  readonly #offsetMs: number;
  /** Uncertainty of the latest reading, ms. */
  #uncertaintyMs: number;
  #steppedMs = 0;
  #driftMs = 0;
  #mostMs: number;
  #mostUncertainMs: number;

  constructor({ clockOffsetMs, clockUncertaintyMs }: HostLine) {
    this.#offsetMs = clockOffsetMs;
    this.#uncertaintyMs = clockUncertaintyMs;
    this.#mostMs = clockUncertaintyMs;
    this.#mostUncertainMs = clockUncertaintyMs;
  }

  add({ correctionMs, uncertaintyMs, stepMs = 0 }: ClockLine): void {
    // Neither the clock that stepped nor the time of the step is known.
    this.#steppedMs += Math.abs(stepMs);
    this.#uncertaintyMs = uncertaintyMs;
    if (Math.abs(correctionMs) > Math.abs(this.#driftMs)) this.#driftMs = correctionMs;
    this.#mostUncertainMs = Math.max(this.#mostUncertainMs, this.uncertaintyMs);
    this.#mostMs = Math.max(this.#mostMs, Math.abs(correctionMs) + this.uncertaintyMs);
  }

  /** Possible error of a latency to or from this host from now on, ms. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs + this.#steppedMs;
  }

  /**
   * Largest deviation of anything on this host from its scheduled time on the shared clock, ms:
   * schedules are not corrected.
   */
  get skewMs(): number {
    return this.#mostMs;
  }

  summary(): { offsetMs: number; uncertaintyMs: number; driftMs: number; stepMs: number } {
    const stepMs = this.#steppedMs;
    const uncertaintyMs = this.#mostUncertainMs;
    return { offsetMs: this.#offsetMs, uncertaintyMs, driftMs: this.#driftMs, stepMs };
  }
}
