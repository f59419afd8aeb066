import type { Clock, ParticipantInfo } from '@livekit-swarm/livekit';

/** Participant of this engine that should notice an action of another one. */
export interface Observer {
  readonly index: number;
  readonly room: string;
}

/** Effect of an action that other participants notice. */
export interface ExpectedEffect {
  /** Identity of the participant that acted. */
  actor: string;
  /** Check whether an update of the server shows the effect. */
  isShownBy(actor: ParticipantInfo): boolean;
  /**
   * Check whether the first packet of a track belongs to the new publication. Present if media
   * shows the effect, rather than an update.
   */
  isReceivedIn?(identity: string, source: number): boolean;
}

/**
 * Time at which the last of them noticed the effect, Unix ms; null: not all did in time;
 * `no_observers`: all have left, or there were none.
 */
export type Noticed = number | null | 'no_observers';

interface Pending extends ExpectedEffect {
  waiting: Set<number>;
  settle(noticed: Noticed): void;
}

/**
 * Measurement of when actions take effect: when all other participants of the room on this engine
 * have noticed them. If a room is spread over several workers, the worker of the acting participant
 * measures.
 */
export class EffectTracker {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Set<Pending>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wait until an effect is noticed. @param observers participants that can notice it */
  expect(
    effect: ExpectedEffect,
    observers: readonly Observer[],
    withinMs: number,
  ): Promise<Noticed> {
    const [first] = observers;
    if (first === undefined) return Promise.resolve('no_observers');
    const { room } = first;
    return new Promise((resolve) => {
      const ofRoom = this.#pending.get(room) ?? new Set();
      this.#pending.set(room, ofRoom);
      const pending: Pending = {
        ...effect,
        waiting: new Set(observers.map(({ index }) => index)),
        settle: (noticed) => {
          cancel();
          ofRoom.delete(pending);
          if (ofRoom.size === 0 && this.#pending.get(room) === ofRoom) this.#pending.delete(room);
          resolve(noticed);
        },
      };
      const cancel = this.#clock.after(withinMs, () => pending.settle(null));
      ofRoom.add(pending);
    });
  }

  /** Check an update about other participants that the server sent to one. */
  updated({ index, room }: Observer, participants: readonly ParticipantInfo[]): void {
    for (const pending of this.#of(room, index)) {
      if (pending.isReceivedIn !== undefined) continue;
      const actor = participants.find(({ identity }) => identity === pending.actor);
      if (actor !== undefined && pending.isShownBy(actor)) this.#noticed(pending, index);
    }
  }

  /** Note the first packet of a track that a participant received. */
  mediaReceived({ index, room }: Observer, identity: string, source: number, at: number): void {
    for (const pending of this.#of(room, index))
      if (pending.isReceivedIn?.(identity, source) === true) this.#noticed(pending, index, at);
  }

  /** Stop waiting for a participant. */
  left({ index, room }: Observer): void {
    for (const pending of this.#of(room, index)) {
      pending.waiting.delete(index);
      if (pending.waiting.size === 0) pending.settle('no_observers');
    }
  }

  #of(room: string, index: number): Pending[] {
    const ofRoom = this.#pending.get(room);
    return ofRoom === undefined ? [] : [...ofRoom].filter(({ waiting }) => waiting.has(index));
  }

  #noticed(pending: Pending, index: number, at = this.#clock.now()): void {
    pending.waiting.delete(index);
    if (pending.waiting.size === 0) pending.settle(at);
  }
}
