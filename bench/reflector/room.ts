import type { ParticipantInfo } from '@livekit/protocol';

/** Part of a participant that its room uses. */
interface Member {
  readonly publishes: boolean;
  info(): ParticipantInfo;
  tellUpdate(participants: ParticipantInfo[]): void;
  negotiateSoon(): void;
}

/**
 * Participants of a room: every change is announced to all, and each subscribes to the tracks of
 * all others.
 */
export class Room<Participant extends Member> {
  readonly name: string;
  readonly #participants = new Set<Participant>();
  readonly #onEmpty: () => void;

  constructor(name: string, onEmpty: () => void) {
    this.name = name;
    this.#onEmpty = onEmpty;
  }

  othersThan(participant: Participant): Participant[] {
    return [...this.#participants].filter((other) => other !== participant);
  }

  add(participant: Participant): void {
    this.#participants.add(participant);
  }

  /**
   * Announces a participant whose media can flow. livekit-server sends two updates: active, and
   * publisher.
   */
  announce(participant: Participant): void {
    for (const one of this.#participants) {
      one.tellUpdate([participant.info()]);
      one.tellUpdate([participant.info()]);
      if (one !== participant && participant.publishes) one.negotiateSoon();
    }
    if (this.othersThan(participant).some(({ publishes }) => publishes))
      participant.negotiateSoon();
  }

  remove(participant: Participant): void {
    if (!this.#participants.delete(participant)) return;
    for (const one of this.#participants) {
      one.tellUpdate([participant.info()]);
      if (participant.publishes) one.negotiateSoon();
    }
    if (this.#participants.size === 0) this.#onEmpty();
  }
}
