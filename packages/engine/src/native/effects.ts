import type { Clock, ParticipantInfo } from '@livekit-swarm/livekit';

/** Participant of this engine that should notice an action of another one. */
export interface Watcher {
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
  isHeardIn?(identity: string, source: number): boolean;
}

/**
 * Time at which the last of them noticed the effect, Unix ms; null: not all did in time;
 * `no_watchers`: all have left, or there were none.
 */
export type Noticed = number | null | 'no_watchers';

interface Pending extends ExpectedEffect {
  waiting: Set<number>;
  settle(noticed: Noticed): void;
}

/**
 * Measurement of when actions take effect: when all other participants of the room on this engine
 * have noticed them. If a room is spread over several workers, the worker of the acting participant
 * measures.
 */
export class Effects {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Set<Pending>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wait until an effect is noticed. @param watchers participants that can notice it */
  expect(effect: ExpectedEffect, watchers: readonly Watcher[], withinMs: number): Promise<Noticed> {
    const [first] = watchers;
    if (first === undefined) return Promise.resolve('no_watchers');
    const { room } = first;
    return new Promise((resolve) => {
      const ofRoom = this.#pending.get(room) ?? new Set();
      this.#pending.set(room, ofRoom);
      const pending: Pending = {
        ...effect,
        waiting: new Set(watchers.map(({ index }) => index)),
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
  updated({ index, room }: Watcher, participants: readonly ParticipantInfo[]): void {
    for (const pending of this.#of(room, index)) {
      if (pending.isHeardIn !== undefined) continue;
      const actor = participants.find(({ identity }) => identity === pending.actor);
      if (actor !== undefined && pending.isShownBy(actor)) this.#noticed(pending, index);
    }
  }

  /** Note the first packet of a track that a participant received. */
  heard({ index, room }: Watcher, identity: string, source: number, at: number): void {
    for (const pending of this.#of(room, index))
      if (pending.isHeardIn?.(identity, source) === true) this.#noticed(pending, index, at);
  }

  /** Stop waiting for a participant. */
  left({ index, room }: Watcher): void {
    for (const pending of this.#of(room, index)) {
      pending.waiting.delete(index);
      if (pending.waiting.size === 0) pending.settle('no_watchers');
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
