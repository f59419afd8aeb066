import { Sketch } from '@livekit-swarm/metrics';
import { emptySpeakers, type SpeakersSample } from '@livekit-swarm/record';

/** Participant of this engine that receives the server's announcements of active speakers. */
export interface Listener {
  readonly index: number;
  readonly plan: { group: string; role: string };
}

/** Participant that takes turns in speaking. */
interface TurnTaker {
  /** Start of its last turn, Unix ms. */
  beganAt: number;
  /** End of its last turn, Unix ms; null: it speaks. */
  endedAt: number | null;
  /**
   * Participants that have received the turn from its start; `waiting`: those to which it was not
   * announced yet.
   */
  listeners: Map<number, Listener>;
  waiting: Set<number>;
}

/**
 * Shortest turn that must be announced, ms: by default, a server needs most of a second to detect a
 * speaker.
 */
const LONG_TURN_MS = 2_000;
/** Time after a turn in which it may still be announced, ms: a server smooths audio levels. */
const LINGERS_MS = 2_000;

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Comparison of the active speakers that the server announces with the participants that speak.
 * Turns are known only for participants of this engine; announcements of others are ignored.
 */
export class Speakers {
  readonly #turnTakers = new Map<string, TurnTaker>();
  /** Identities that each listener knows as active, by its index. */
  readonly #active = new Map<number, Set<string>>();
  readonly #taken = new Map<string, { sample: SpeakersSample; delay: Sketch }>();

  /** Add a participant that takes turns and does not speak yet. */
  add(identity: string): void {
    this.#turnTakers.set(identity, {
      beganAt: NEVER,
      endedAt: NEVER,
      listeners: new Map(),
      waiting: new Set(),
    });
  }

  /** Note the start of a turn. @param listeners participants that receive the whole turn */
  began(identity: string, listeners: readonly Listener[], at: number): void {
    const turnTaker = this.#turnTakers.get(identity);
    if (turnTaker === undefined) return;
    turnTaker.beganAt = at;
    turnTaker.endedAt = null;
    // A previous turn that is still announced leaves nothing to announce.
    const waiting = listeners.filter(
      ({ index }) => this.#active.get(index)?.has(identity) !== true,
    );
    turnTaker.listeners = new Map(waiting.map((one) => [one.index, one]));
    turnTaker.waiting = new Set(turnTaker.listeners.keys());
  }

  ended(identity: string, at: number): void {
    const turnTaker = this.#turnTakers.get(identity);
    if (turnTaker === undefined || turnTaker.endedAt !== null) return;
    turnTaker.endedAt = at;
    if (at - turnTaker.beganAt >= LONG_TURN_MS)
      for (const [index, { plan }] of turnTaker.listeners) {
        const { sample } = this.#of(plan);
        sample.turns += 1;
        if (turnTaker.waiting.has(index)) sample.missed += 1;
      }
    turnTaker.listeners.clear();
    turnTaker.waiting.clear();
  }

  /** Discard the current turn: the participant was muted, or lost its connection. */
  disturbed(identity: string): void {
    const turnTaker = this.#turnTakers.get(identity);
    turnTaker?.listeners.clear();
    turnTaker?.waiting.clear();
  }

  /** Note that the server announced to a listener whether a participant speaks. */
  announced(listener: Listener, identity: string, isActive: boolean, at: number): void {
    const turnTaker = this.#turnTakers.get(identity);
    if (turnTaker === undefined) return;
    const { index, plan } = listener;
    const active = this.#active.get(index) ?? new Set();
    this.#active.set(index, active);
    if (!isActive) active.delete(identity);
    // For a speaker that is already known, only the level changed.
    if (!isActive || active.has(identity)) return;
    active.add(identity);
    const { sample, delay } = this.#of(plan);
    sample.announced += 1;
    if (turnTaker.endedAt !== null && at - turnTaker.endedAt > LINGERS_MS) sample.wrong += 1;
    if (turnTaker.waiting.delete(index)) delay.add(at - turnTaker.beganAt);
  }

  /**
   * Forget a listener that left or lost its connection: it gets all announcements again, or none.
   */
  left(index: number): void {
    this.#active.delete(index);
    for (const turnTaker of this.#turnTakers.values()) {
      turnTaker.listeners.delete(index);
      turnTaker.waiting.delete(index);
    }
  }

  /** Measurements since the last call. */
  take(): SpeakersSample[] {
    const samples = [...this.#taken.values()].map(({ sample, delay }) => ({
      ...sample,
      delay: delay.toBins(),
    }));
    this.#taken.clear();
    return samples;
  }

  #of({ group, role }: Listener['plan']): { sample: SpeakersSample; delay: Sketch } {
    const key = JSON.stringify([group, role]);
    const known = this.#taken.get(key) ?? {
      sample: emptySpeakers(group, role),
      delay: new Sketch(),
    };
    this.#taken.set(key, known);
    return known;
  }
}
