import {
  initialParticipantState,
  isConnected,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { CROWD_ROLE } from '../drill/roles.ts';

/** Who is there, and who hears whom, while a drill goes on; from the lines of its record as they come. */
export interface Attendance {
  add(line: RecordLine): void;
  /** Since when everybody has been in and has heard everybody they should, ms after the start; null: they do not. */
  readonly steadySince: number | null;
  /** What is missing for that, in a few words. */
  missing(): string;
  /** Room → the node that holds it, as people are told when they join. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Identity → the backend of its signal connection. */
  readonly backends: ReadonlyMap<string, string>;
  /** Share of the listeners of these rooms who hear nobody, 0 … 1. */
  deafShare(rooms: ReadonlySet<string>): number;
}

export const createAttendance = (people: readonly ParticipantPlan[]): Attendance => {
  const crowd = people.filter(({ role }) => role === CROWD_ROLE);
  const byIdentity = new Map(crowd.map((person) => [person.identity, person]));
  const absent = new Set(byIdentity.keys());
  const expected = new Map<string, ReadonlySet<string>>();
  for (const same of Map.groupBy(crowd, ({ room }) => room).values()) {
    for (const listener of same) {
      const keys = same
        .filter((speaker) => speaker !== listener)
        .flatMap(({ identity, publish }) => publish.map(({ kind }) => `${kind} ${identity}`));
      expected.set(listener.identity, new Set(keys));
    }
  }
  /** What a listener does not hear, of what it should. */
  const silent = new Map([...expected].map(([listener, keys]) => [listener, new Set(keys)]));
  const states = new Map<string, ParticipantState>();
  const nodes = new Map<string, string>();
  const backends = new Map<string, string>();
  let steadySince: number | null = null;

  const isComplete = (): boolean =>
    absent.size === 0 && [...silent.values()].every(({ size }) => size === 0);

  return {
    nodes,
    backends,
    get steadySince() {
      return steadySince;
    },
    add: (line) => {
      if (line.type !== 'event' || line.identity === undefined || !byIdentity.has(line.identity))
        return;
      const { event, identity, from, kind, node, via, room = '', at } = line;
      const key = `${kind} ${from}`;
      const missed = silent.get(identity);
      if (node !== undefined) nodes.set(room, node);
      if (via !== undefined) backends.set(identity, via);
      const state = reduceParticipant(states.get(identity) ?? initialParticipantState(), line);
      states.set(identity, state);
      if (isConnected(state)) absent.delete(identity);
      else absent.add(identity);
      if (event === 'media_started' || event === 'media_resumed') missed?.delete(key);
      if (event === 'media_interrupted' && expected.get(identity)?.has(key)) missed?.add(key);
      if (!isComplete()) steadySince = null;
      else if (steadySince === null || event === 'media_resumed') steadySince = at;
    },
    missing: () => {
      const pairs = [...silent.values()].reduce((sum, { size }) => sum + size, 0);
      const parts = [
        ...(absent.size > 0 ? [`${absent.size} of ${crowd.length} participants were not in`] : []),
        ...(pairs > 0 ? [`${pairs} pairs did not hear each other`] : []),
      ];
      return parts.length === 0 ? 'it had not lasted long enough' : parts.join(', ');
    },
    deafShare: (rooms) => {
      const listeners = crowd.filter(
        ({ room, identity }) => rooms.has(room) && (expected.get(identity)?.size ?? 0) > 0,
      );
      const deaf = listeners.filter(
        ({ identity }) => silent.get(identity)?.size === expected.get(identity)?.size,
      );
      return listeners.length === 0 ? 0 : deaf.length / listeners.length;
    },
  };
};
