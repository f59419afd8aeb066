import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { Answers } from '@livekit-swarm/scenario';
import type { Mouth, Voice, VoicePart } from './voice-part.ts';

export interface ReferenceAgentOptions extends Mouth {
  answers: Answers;
}

/** Half of a frame: an utterance begins with the next frame, a whole one later at most, ms. */
const HALF_FRAME_MS = 10;

/** Agent without models: answers voice after a known time, and stops when somebody else speaks. */
export class ReferenceAgent implements VoicePart {
  readonly #options: ReferenceAgentOptions;
  #cancel: (() => void) | null = null;
  #isSpeaking = false;

  constructor(options: ReferenceAgentOptions) {
    this.#options = options;
  }

  listensTo({ kind, ofAgent }: RemoteTrack): boolean {
    return kind === 'audio' && !ofAgent;
  }

  connected(): void {}

  roomChanged(): void {}

  lost(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#isSpeaking = false;
  }

  voiceBegan(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (!this.#isSpeaking || !this.#options.answers.stops) return;
    this.#isSpeaking = false;
    this.#options.stop();
  }

  voiceEnded({ to }: Voice): void {
    const { answers, clock, speak } = this.#options;
    this.#cancel?.();
    const waitMs = to + answers.afterMs - HALF_FRAME_MS - clock.now();
    this.#cancel = clock.after(Math.max(0, waitMs), () => {
      this.#cancel = null;
      if (!this.#isSpeaking) this.#isSpeaking = speak(0);
    });
  }

  spoken(): void {
    this.#isSpeaking = false;
  }
}
