import type { Voice, VoicePart } from './voice-part.ts';

/**
 * Voices of all participants that one listens to, taken together: a caller may hear two agents, and
 * a track may end while its publisher speaks.
 */
export class RoomVoices {
  readonly #part: Pick<VoicePart, 'voiceBegan' | 'voiceEnded'>;
  /** Receivers that have voice at present: numbers of the pump, or tracks of a client. */
  readonly #voiced = new Set<number | string>();
  /** Voice since the last silence; null: it is silent. */
  #voice: Voice | null = null;

  constructor(part: Pick<VoicePart, 'voiceBegan' | 'voiceEnded'>) {
    this.#part = part;
  }

  began(receiver: number | string, at: number): void {
    this.#voiced.add(receiver);
    if (this.#voice !== null) return;
    this.#voice = { from: at, to: at };
    this.#part.voiceBegan(at);
  }

  ended(receiver: number | string, { from, to }: Voice): void {
    if (!this.#voiced.delete(receiver)) return;
    const before = this.#voice ?? { from, to };
    const voice = { from: Math.min(from, before.from), to: Math.max(to, before.to) };
    this.#voice = this.#voiced.size === 0 ? null : voice;
    if (this.#voice === null) this.#part.voiceEnded(voice);
  }

  /** Note that a receiver is removed: no end of its voice is reported any more. */
  stopped(receiver: number, at: number): void {
    this.ended(receiver, { from: at, to: at });
  }

  /** Forget all voice: after a reconnect there are other receivers. */
  lost(): void {
    this.#voiced.clear();
    this.#voice = null;
  }
}
