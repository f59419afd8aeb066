import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { Answers } from '@livekit-swarm/scenario';
import type { Emit } from '../event-lines.ts';
import type { Mouth, Voice, VoicePart } from './voice-part.ts';

export interface ReferenceAgentOptions extends Mouth {
  answers: Answers;
  emit: Emit;
}

/** Length of a frame: an utterance begins with the next one, ms. */
const FRAME_MS = 20;

/**
 * Agent without models: answers voice after a known time, and stops when another participant
 * speaks. The times that it needed are events of the record.
 */
export class ReferenceAgent implements VoicePart {
  readonly #options: ReferenceAgentOptions;
  /** Cancels the next answer, or the end of the current one. */
  #cancel: (() => void) | null = null;
  #isSpeaking = false;
  /** Time at which its first answer began, Unix ms; null: unknown. All frames follow at full ones. */
  #grid: number | null = null;
  /** Last voice before the answer that plays, Unix ms; null: it has been reported. */
  #heardUntil: number | null = null;
  /** First voice that interrupts the answer that plays, Unix ms; null: none. */
  #interruptedFrom: number | null = null;

  constructor(options: ReferenceAgentOptions) {
    this.#options = options;
  }

  listensTo({ kind, ofAgent }: RemoteTrack): boolean {
    return kind === 'audio' && !ofAgent;
  }

  connected(): void {}

  roomChanged(): void {}

  lost(): void {
    this.#cancelNext();
    this.#isSpeaking = false;
    this.#grid = null;
    this.#heardUntil = null;
    this.#interruptedFrom = null;
  }

  voiceBegan(at: number): void {
    const { stopsAfterMs } = this.#options.answers;
    if (!this.#isSpeaking) this.#cancelNext();
    else if (stopsAfterMs !== null) {
      this.#interruptedFrom ??= at;
      // The frame before silence is the last one with voice.
      this.#withFrameAt(at + stopsAfterMs + FRAME_MS, () => this.#stop());
    }
  }

  voiceEnded({ to }: Voice): void {
    const { answers, speak } = this.#options;
    if (this.#isSpeaking && answers.stopsAfterMs === null) return;
    // The voice was shorter than the time until an answer stops.
    if (this.#isSpeaking) this.#stop();
    this.#withFrameAt(to + answers.afterMs, () => {
      this.#isSpeaking = speak(0);
      this.#heardUntil = this.#isSpeaking ? to : null;
    });
  }

  spoken({ from, to }: Voice): void {
    const { emit } = this.#options;
    this.#isSpeaking = false;
    this.#alignTo(from);
    if (this.#heardUntil !== null)
      emit('agent_answered', from, { durationMs: from - this.#heardUntil });
    if (this.#interruptedFrom !== null && to > this.#interruptedFrom)
      emit('agent_stopped', to, { durationMs: to - this.#interruptedFrom });
    this.#heardUntil = null;
    this.#interruptedFrom = null;
  }

  #stop(): void {
    this.#isSpeaking = false;
    this.#options.stop();
  }

  /** Learn the times of frames from one that was sent. A busy host sends some late, none early. */
  #alignTo(sentAt: number): void {
    const late = this.#grid === null ? 0 : offsetOf(sentAt, this.#grid);
    if (this.#grid === null || late < 0) this.#grid = sentAt;
  }

  /**
   * Do what takes effect with the next frame, so that this is the frame nearest to a time, Unix ms,
   * in place of what was to be done next. The middle between two frames is aimed at: a timer that
   * is late by less than half a frame does not delay it.
   */
  #withFrameAt(at: number, action: () => void): void {
    this.#cancelNext();
    const { clock } = this.#options;
    const frameAt = this.#grid === null ? at : at - offsetOf(at, this.#grid);
    this.#cancel = clock.after(Math.max(0, frameAt - FRAME_MS / 2 - clock.now()), () => {
      this.#cancel = null;
      action();
    });
  }

  #cancelNext(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

/** Distance of a time from the nearest frame, ms: half a frame at most, negative before it. */
const offsetOf = (at: number, grid: number): number => {
  const offset = (at - grid) % FRAME_MS;
  const after = offset < 0 ? offset + FRAME_MS : offset;
  return after > FRAME_MS / 2 ? after - FRAME_MS : after;
};
