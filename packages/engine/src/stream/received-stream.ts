import type { Emit } from '../event-lines.ts';
import type { OnReception } from '../native/participant/stream-media.ts';
import { MarkListener } from '../voice/mark-listener.ts';
import { RoomVoices } from '../voice/room-voices.ts';

/** Events of a stream that a participant plays: its first packet, and the marks in its audio. */
export class ReceivedStream {
  readonly #emit: Emit;
  readonly #joinFrom: () => number;
  readonly #voices: RoomVoices;
  #hasReceived = false;

  /** @param joinFrom zero of join times, Unix ms */
  constructor(emit: Emit, joinFrom: () => number) {
    this.#emit = emit;
    this.#joinFrom = joinFrom;
    this.#voices = new RoomVoices(new MarkListener({ emit, isElsewhere: () => false }));
  }

  /** Forgets voice: after a reconnect there are other receivers. */
  lost(): void {
    this.#voices.lost();
  }

  on(event: Parameters<OnReception>[0]): void {
    switch (event.type) {
      case 'first_packet':
        if (!this.#hasReceived)
          this.#emit('first_media', event.at, { durationMs: event.at - this.#joinFrom() });
        this.#hasReceived = true;
        return;
      case 'voice_began':
        this.#voices.began(event.receiver, event.at);
        return;
      case 'voice_ended':
        this.#voices.ended(event.receiver, { from: event.from, to: event.at });
    }
  }
}
