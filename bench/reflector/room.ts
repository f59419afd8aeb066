import type { ReflectedParticipant } from './participant.ts';

/** Who is in a room: every change is announced to all, and each subscribes to the tracks of all others. */
export class Room {
  readonly name: string;
  readonly #participants = new Set<ReflectedParticipant>();
  readonly #onEmpty: () => void;

  constructor(name: string, onEmpty: () => void) {
    this.name = name;
    this.#onEmpty = onEmpty;
  }

  othersThan(participant: ReflectedParticipant): ReflectedParticipant[] {
    return [...this.#participants].filter((other) => other !== participant);
  }

  add(participant: ReflectedParticipant): void {
    this.#participants.add(participant);
  }

  /** Media of a participant can flow: livekit-server announces it twice, as an active participant and as a publisher. */
  announce(participant: ReflectedParticipant): void {
    for (const one of this.#participants) {
      one.tellUpdate([participant.info()]);
      one.tellUpdate([participant.info()]);
      if (one !== participant && participant.publishes) one.negotiateSoon();
    }
    if (this.othersThan(participant).some(({ publishes }) => publishes))
      participant.negotiateSoon();
  }

  remove(participant: ReflectedParticipant): void {
    if (!this.#participants.delete(participant)) return;
    for (const one of this.#participants) {
      one.tellUpdate([participant.info()]);
      if (participant.publishes) one.negotiateSoon();
    }
    if (this.#participants.size === 0) this.#onEmpty();
  }
}
