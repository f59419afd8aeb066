import type { Voice } from './voice-part.ts';

/**
 * Root mean square from which audio is voice, of a full scale of 1: -45 dBov, as in the detector of
 * the native engine (voice.rs).
 */
const VOICE_LEVEL = 184 / 32_768;
/** A shorter pause belongs to the voice, ms; also as there. */
const PAUSE_MS = 200;

/** Check whether decoded audio is voice. @param fullScale value of the loudest sample */
export const isVoice = (samples: ArrayLike<number>, fullScale: number): boolean => {
  let energy = 0;
  for (let index = 0; index < samples.length; index++) energy += (samples[index] ?? 0) ** 2;
  return samples.length > 0 && Math.sqrt(energy / samples.length) >= VOICE_LEVEL * fullScale;
};

/** Detector of voice in decoded audio, which a client gives in pieces of a few milliseconds. */
export class VoiceDetector {
  readonly #began: (at: number) => void;
  readonly #ended: (voice: Voice) => void;
  /** Voice that has not ended; null: silence. */
  #voice: Voice | null = null;

  constructor(began: (at: number) => void, ended: (voice: Voice) => void) {
    this.#began = began;
    this.#ended = ended;
  }

  /** Take a piece of audio, in their order. @param at time of the piece, ms */
  take(isVoiced: boolean, at: number): void {
    if (isVoiced && this.#voice === null) {
      this.#voice = { from: at, to: at };
      this.#began(at);
    } else if (isVoiced && this.#voice !== null) this.#voice.to = Math.max(this.#voice.to, at);
    else if (this.#voice !== null && at - this.#voice.to >= PAUSE_MS) this.end();
  }

  /** End the voice, if there is any: no audio follows. */
  end(): void {
    const voice = this.#voice;
    this.#voice = null;
    if (voice !== null) this.#ended(voice);
  }
}
