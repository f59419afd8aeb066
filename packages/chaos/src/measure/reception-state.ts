import {
  initialParticipantState,
  type ParticipantState,
  reduceParticipant,
} from '@livekit-swarm/analysis';
import type { DrillReception, EventLine, MediaReception, RecordLine } from '@livekit-swarm/record';
import type { ActionSource } from '@livekit-swarm/scenario';
import {
  publicationKey,
  publishedSources,
  receivedSources,
  sourceOfEvent,
} from '../drill/expected-media.ts';
import { isLoad } from '../drill/scenario-of-drill.ts';
import { type RoleOf, rolesOfScenario } from './roles.ts';

/** Reception of a drill's load while it runs. */
export interface ReceptionStates {
  add(line: RecordLine): void;
  now(): DrillReception;
}

interface Participant {
  group: string;
  role: string;
  room: string;
  state: ParticipantState;
  /** Publications that it receives, as `publicationKey`s. */
  receives: Set<string>;
}

/**
 * Follows the record of one repeat line by line, as it is written: an observer of
 * `reduceParticipant`. Participants that have not joined yet, or have left, do not count.
 */
export const createReceptionStates = (): ReceptionStates => {
  const participants = new Map<string, Participant>();
  let roleOf: RoleOf = () => null;

  const addEvent = (line: EventLine): void => {
    const { event, identity = '', room = '', group = '', role = '', publisher = '' } = line;
    const known = participants.get(identity);
    const state = reduceParticipant(known?.state ?? initialParticipantState(), line);
    if (state.joinedAt === null) return;
    if (state.connection === 'left') {
      participants.delete(identity);
      return;
    }
    const receives = known?.receives ?? new Set();
    participants.set(identity, { group, role, room: known?.room ?? room, state, receives });
    // A new session reports its media again from the beginning.
    if (state.connection === 'disconnected') receives.clear();
    const key = publicationKey(sourceOfEvent(line), publisher);
    if (event === 'media_started' || event === 'media_resumed') receives.add(key);
    if (event === 'media_interrupted') receives.delete(key);
  };

  /** Publications that a participant must receive, of others in its room. */
  const expectedBy = (
    identity: string,
    receiver: Participant,
    room: readonly [string, Participant][],
  ): { key: string; isPresent: boolean }[] => {
    const role = roleOf(receiver);
    const received: ReadonlySet<ActionSource> = role === null ? new Set() : receivedSources(role);
    return room.flatMap(([other, publisher]) => {
      const published = roleOf(publisher);
      if (other === identity || published === null) return [];
      return publishedSources(published)
        .filter((source) => received.has(source))
        .map((source) => ({
          key: publicationKey(source, other),
          isPresent: publisher.state.connection !== 'disconnected',
        }));
    });
  };

  return {
    add: (line) => {
      if (line.type === 'header') roleOf = rolesOfScenario(line.scenario);
      if (line.type === 'event' && isLoad(line)) addEvent(line);
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
      for (const [identity, participant] of participants) {
        const expected = expectedBy(identity, participant, byRoom.get(participant.room) ?? []);
        const received = expected.filter(
          ({ key, isPresent }) => isPresent && participant.receives.has(key),
        ).length;
        subscriptions.receiving += received;
        subscriptions.interrupted += expected.length - received;
        counts[receptionOf(participant.state, received, expected.length)]++;
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
