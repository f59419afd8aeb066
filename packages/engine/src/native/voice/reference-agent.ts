import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { Answers } from '@livekit-swarm/scenario';
import type { Mouth, Voice, VoicePart } from './voice-part.ts';

export interface ReferenceAgentOptions extends Mouth {
  answers: Answers;
}

/** Half of a frame: an utterance begins with the next frame, a whole one later at most, ms. */
const HALF_FRAME_MS = 10;

/** Agent without models: answers voice after a known time, and stops when another participant speaks. */
export class ReferenceAgent implements VoicePart {
  readonly #options: ReferenceAgentOptions;
  /** Cancels the next answer, or the end of the current one. */
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
    this.#at(null, () => {});
    this.#isSpeaking = false;
  }

  voiceBegan(at: number): void {
    const { stopsAfterMs } = this.#options.answers;
    if (!this.#isSpeaking) this.#at(null, () => {});
    else if (stopsAfterMs !== null)
      this.#at(at + stopsAfterMs, () => {
        this.#isSpeaking = false;
        this.#options.stop();
      });
  }

  voiceEnded({ to }: Voice): void {
    const { answers, speak, stop } = this.#options;
    if (this.#isSpeaking && answers.stopsAfterMs === null) return;
    // The voice was shorter than the time until an answer stops.
    if (this.#isSpeaking) stop();
    this.#isSpeaking = false;
    this.#at(to + answers.afterMs, () => {
      this.#isSpeaking = speak(0);
    });
  }

  spoken(): void {
    this.#isSpeaking = false;
  }

  /** Do this at a time, Unix ms, in place of what was to be done next; null: do nothing. */
  #at(at: number | null, action: () => void): void {
    this.#cancel?.();
    this.#cancel = null;
    if (at === null) return;
    const { clock } = this.#options;
    this.#cancel = clock.after(Math.max(0, at - HALF_FRAME_MS - clock.now()), () => {
      this.#cancel = null;
      action();
    });
  }
}
