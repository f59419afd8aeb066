import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { Emit } from '../event-lines.ts';
import { delayOfMark } from '../ingress/marks.ts';
import type { Voice, VoicePart } from './voice-part.ts';

export interface MarkListenerOptions {
  emit: Emit;
  /** True for a publisher on another host: its clock may differ by more than a delay. */
  isElsewhere(identity: string): boolean;
}

/** Listener to the marks in audio that ingress publishes: reports their delay. */
export class MarkListener implements VoicePart {
  readonly #options: MarkListenerOptions;

  constructor(options: MarkListenerOptions) {
    this.#options = options;
  }

  listensTo({ kind, identity, ofIngress }: RemoteTrack): boolean {
    // Voices of others may be as long as a mark.
    return kind === 'audio' && ofIngress === true && !this.#options.isElsewhere(identity);
  }

  voiceEnded(voice: Voice): void {
    const durationMs = delayOfMark(voice);
    if (durationMs !== null) this.#options.emit('mark_received', voice.from, { durationMs });
  }

  connected(): void {}
  lost(): void {}
  roomChanged(): void {}
  voiceBegan(): void {}
  spoken(): void {}
}
