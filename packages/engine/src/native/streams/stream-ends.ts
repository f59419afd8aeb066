import type { Sampler } from './sampler.ts';

/**
 * Ends of one participant's streams: a stream ends after its counters were read, because the pump
 * drops them with the stream.
 */
export class StreamEnds {
  readonly #sampler: Pick<Sampler, 'readSoon'>;
  #isFinishing = false;

  constructor(sampler: Pick<Sampler, 'readSoon'>) {
    this.#sampler = sampler;
  }

  /** From now on, end streams without reading their counters: that was done. */
  finish(): void {
    this.#isFinishing = true;
  }

  /** Call `end` after the next read; at once if no counters are needed. */
  afterRead(needed: boolean, end: () => void): void {
    if (!needed || this.#isFinishing) end();
    else void this.#sampler.readSoon().then(end);
  }
}
