import type { ClockLine, HostLine } from '@livekit-swarm/record';

/** The clock of one host as a record has it, while its readings come in. */
export class HostClock {
  readonly #offsetMs: number;
  /** Of the latest reading, ms. */
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
    // Which of the two clocks jumped is not known, and neither is when.
    this.#steppedMs += Math.abs(stepMs);
    this.#uncertaintyMs = uncertaintyMs;
    if (Math.abs(correctionMs) > Math.abs(this.#driftMs)) this.#driftMs = correctionMs;
    this.#mostUncertainMs = Math.max(this.#mostUncertainMs, this.uncertaintyMs);
    this.#mostMs = Math.max(this.#mostMs, Math.abs(correctionMs) + this.uncertaintyMs);
  }

  /** By how much a latency to or from this host may be wrong from now on, ms. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs + this.#steppedMs;
  }

  /** By how much anything on this host may have happened earlier or later than it was scheduled by the shared clock, ms: schedules are not corrected. */
  get skewMs(): number {
    return this.#mostMs;
  }

  summary(): { offsetMs: number; uncertaintyMs: number; driftMs: number; stepMs: number } {
    const stepMs = this.#steppedMs;
    const uncertaintyMs = this.#mostUncertainMs;
    return { offsetMs: this.#offsetMs, uncertaintyMs, driftMs: this.#driftMs, stepMs };
  }
}
