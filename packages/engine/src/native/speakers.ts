import { Sketch } from '@livekit-swarm/metrics';
import { emptySpeakers, type SpeakersSample } from '@livekit-swarm/record';

/** One participant of this engine that receives the server's announcements of active speakers. */
export interface Listener {
  readonly index: number;
  readonly plan: { group: string; role: string };
}

/** A participant that takes turns. */
interface Talker {
  /** Of its last turn, Unix ms. */
  beganAt: number;
  /** Null: it speaks. */
  endedAt: number | null;
  /** Those that heard the turn from its begin, and those of them to which it was not announced yet. */
  listeners: Map<number, Listener>;
  waiting: Set<number>;
}

/** A server needs most of a second by default; a shorter turn it may miss, ms. */
const LONG_TURN_MS = 2_000;
/** It smooths levels, so that it announces a speaker for a while after the end, ms. */
const LINGERS_MS = 2_000;

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Compares who the server announces as active speakers with who speaks. Only of participants of this engine is known when they speak: announcements of others are left
 * out.
 */
export class Speakers {
  readonly #talkers = new Map<string, Talker>();
  /** Identities that each listener knows as active, by its index. */
  readonly #active = new Map<number, Set<string>>();
  readonly #taken = new Map<string, { sample: SpeakersSample; delay: Sketch }>();

  /** A participant that takes turns is there, and does not speak yet. */
  add(identity: string): void {
    this.#talkers.set(identity, {
      beganAt: NEVER,
      endedAt: NEVER,
      listeners: new Map(),
      waiting: new Set(),
    });
  }

  /** @param listeners those that receive all of the turn */
  began(identity: string, listeners: readonly Listener[], at: number): void {
    const talker = this.#talkers.get(identity);
    if (talker === undefined) return;
    talker.beganAt = at;
    talker.endedAt = null;
    // Where its last turn is still announced, the server has nothing to announce.
    const waiting = listeners.filter(
      ({ index }) => this.#active.get(index)?.has(identity) !== true,
    );
    talker.listeners = new Map(waiting.map((one) => [one.index, one]));
    talker.waiting = new Set(talker.listeners.keys());
  }

  ended(identity: string, at: number): void {
    const talker = this.#talkers.get(identity);
    if (talker === undefined || talker.endedAt !== null) return;
    talker.endedAt = at;
    if (at - talker.beganAt >= LONG_TURN_MS)
      for (const [index, { plan }] of talker.listeners) {
        const { sample } = this.#of(plan);
        sample.turns += 1;
        if (talker.waiting.has(index)) sample.missed += 1;
      }
    talker.listeners.clear();
    talker.waiting.clear();
  }

  /** The turn does not count: the participant was muted, or lost its connection. */
  disturbed(identity: string): void {
    const talker = this.#talkers.get(identity);
    talker?.listeners.clear();
    talker?.waiting.clear();
  }

  /** The server announced to a participant whether another one speaks. */
  announced(listener: Listener, identity: string, isActive: boolean, at: number): void {
    const talker = this.#talkers.get(identity);
    if (talker === undefined) return;
    const { index, plan } = listener;
    const active = this.#active.get(index) ?? new Set();
    this.#active.set(index, active);
    if (!isActive) active.delete(identity);
    // Of those that it knows only the level changed.
    if (!isActive || active.has(identity)) return;
    active.add(identity);
    const { sample, delay } = this.#of(plan);
    sample.announced += 1;
    if (talker.endedAt !== null && at - talker.endedAt > LINGERS_MS) sample.wrong += 1;
    if (talker.waiting.delete(index)) delay.add(at - talker.beganAt);
  }

  /** Nothing is announced to it any more, or everything again. */
  left(index: number): void {
    this.#active.delete(index);
    for (const talker of this.#talkers.values()) {
      talker.listeners.delete(index);
      talker.waiting.delete(index);
    }
  }

  /** What happened since the last call. */
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
