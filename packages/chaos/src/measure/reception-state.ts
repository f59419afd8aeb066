import {
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { DrillReception, EventLine, MediaReception, RecordLine } from '@livekit-swarm/record';
import { LOAD_ROLE } from '../drill/scenario-of-drill.ts';

/** Reception of a drill's load while it runs. */
export interface ReceptionStates {
  add(line: RecordLine): void;
  now(): DrillReception;
}

interface Participant {
  room: string;
  state: ParticipantState;
  /** Media that it receives, by kind and publisher. */
  receives: Set<string>;
}

/**
 * Follows the record of one repeat line by line, as it is written: an observer of
 * `reduceParticipant`. Participants that have not joined yet, or have left, do not count.
 */
export const createReceptionStates = (): ReceptionStates => {
  const participants = new Map<string, Participant>();
  let kinds: readonly string[] = [];

  const addEvent = (line: EventLine): void => {
    const { event, identity = '', room = '', publisher, kind } = line;
    const known = participants.get(identity);
    const state = reduceParticipant(known?.state ?? initialParticipantState(), line);
    if (state.joinedAt === null) return;
    if (state.connection === 'left') {
      participants.delete(identity);
      return;
    }
    const receives = known?.receives ?? new Set();
    participants.set(identity, { room: known?.room ?? room, state, receives });
    // A new session reports its media again from the beginning.
    if (state.connection === 'disconnected') receives.clear();
    if (event === 'media_started' || event === 'media_resumed')
      receives.add(`${kind} ${publisher}`);
    if (event === 'media_interrupted') receives.delete(`${kind} ${publisher}`);
  };

  return {
    add: (line) => {
      if (line.type === 'header') {
        const roles = line.scenario.groups.flatMap((group) => group.roles);
        kinds = [...new Set(roles.flatMap(({ publish }) => publish.map(({ kind }) => kind)))];
      }
      if (line.type === 'event' && line.role === LOAD_ROLE) addEvent(line);
    },
    now: () => {
      const counts: Record<MediaReception, number> = {
        receiving_all: 0,
        receiving_some: 0,
        receiving_none: 0,
        reconnecting: 0,
        disconnected: 0,
      };
      const subscriptions = { receiving: 0, interrupted: 0 };
      const byRoom = Map.groupBy(participants, ([, { room }]) => room);
      for (const [identity, { room, state, receives }] of participants) {
        const others = (byRoom.get(room) ?? []).filter(([other]) => other !== identity);
        const expected = others.length * kinds.length;
        const received = others
          .filter(([, other]) => other.state.connection !== 'disconnected')
          .reduce(
            (sum, [other]) => sum + kinds.filter((kind) => receives.has(`${kind} ${other}`)).length,
            0,
          );
        subscriptions.receiving += received;
        subscriptions.interrupted += expected - received;
        counts[receptionOf(state, received, expected)]++;
      }
      return { participants: counts, subscriptions };
    },
  };
};

const receptionOf = (
  { connection }: ParticipantState,
  received: number,
  expected: number,
): MediaReception => {
  if (connection === 'reconnecting') return 'reconnecting';
  if (connection !== 'connected') return 'disconnected';
  return received === expected
    ? 'receiving_all'
    : received === 0
      ? 'receiving_none'
      : 'receiving_some';
};
