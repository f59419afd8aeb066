import type { Clock, ParticipantInfo } from '@livekit-swarm/livekit';

/** One participant of this engine that is to notice what another did. */
export interface Watcher {
  readonly index: number;
  readonly room: string;
}

/** What others notice of an action. */
export interface ExpectedEffect {
  /** Identity of who acted. */
  actor: string;
  /** Whether an update of the server shows it. */
  isShownBy(actor: ParticipantInfo): boolean;
  /** Given where media shows it: the track sid of a first packet is of this publication. */
  isHeardIn?(identity: string, source: number): boolean;
}

/** When the last one noticed it, Unix ms; null: not all did in time; `no_watchers`: none of them is left, or there was none. */
export type Noticed = number | null | 'no_watchers';

interface Pending extends ExpectedEffect {
  waiting: Set<number>;
  settle(noticed: Noticed): void;
}

/**
 * Measures when actions took effect: when all other participants of the room that this engine hosts have noticed them. A room that is spread over several
 * workers is measured in the worker of who acted.
 */
export class Effects {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Set<Pending>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param watchers those that can notice it */
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

  /** The server reported others to a participant. */
  updated({ index, room }: Watcher, participants: readonly ParticipantInfo[]): void {
    for (const pending of this.#of(room, index)) {
      if (pending.isHeardIn !== undefined) continue;
      const actor = participants.find(({ identity }) => identity === pending.actor);
      if (actor !== undefined && pending.isShownBy(actor)) this.#noticed(pending, index);
    }
  }

  /** A participant received the first packet of a track. */
  heard({ index, room }: Watcher, identity: string, source: number, at: number): void {
    for (const pending of this.#of(room, index))
      if (pending.isHeardIn?.(identity, source) === true) this.#noticed(pending, index, at);
  }

  /** It will notice nothing any more. */
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
