import type { DrillPeople } from '@livekit-swarm/exporter/catalogue';
import type { DrillSight } from '@livekit-swarm/exporter/runs';
import type { RecordLine } from '@livekit-swarm/record';
import { CROWD_ROLE } from '../drill/roles.ts';

/** What the crowd of a drill hears at this moment: for whoever watches it while it goes on. */
export interface PeopleNow {
  add(line: RecordLine): void;
  now(): DrillSight;
}

interface Person {
  room: string;
  signal: 'up' | 'lost' | 'out';
  /** Kind and identity of what it gets. */
  hears: Set<string>;
}

/** Reads one repeat's record line by line, as it is written. Those who have not come yet, or have left, do not count. */
export const createPeopleNow = (): PeopleNow => {
  const people = new Map<string, Person>();
  let kinds: readonly string[] = [];

  const addEvent = ({
    event,
    identity = '',
    room = '',
    from,
    kind,
  }: Extract<RecordLine, { type: 'event' }>): void => {
    const person = people.get(identity);
    const media = `${kind} ${from}`;
    switch (event) {
      case 'joined':
        people.set(identity, { room, signal: 'up', hears: person?.hears ?? new Set() });
        break;
      case 'left':
        people.delete(identity);
        break;
      default:
    }
    if (person === undefined) return;
    switch (event) {
      case 'signal_lost':
        person.signal = 'lost';
        break;
      case 'resumed':
      case 'reconnected':
      case 'rejoined':
        person.signal = 'up';
        break;
      case 'disconnected':
        person.signal = 'out';
        // Who joins anew begins to hear anew: of what never comes again, nothing would be told.
        person.hears.clear();
        break;
      case 'media_began':
      case 'media_back':
        person.hears.add(media);
        break;
      case 'media_lost':
        person.hears.delete(media);
        break;
      default:
    }
  };

  return {
    add: (line) => {
      if (line.type === 'header') {
        const roles = line.scenario.groups.flatMap((group) => group.roles);
        kinds = [...new Set(roles.flatMap(({ publish }) => publish.map(({ kind }) => kind)))];
      }
      if (line.type === 'event' && line.role === CROWD_ROLE) addEvent(line);
    },
    now: () => {
      const participants: Record<DrillPeople, number> = {
        hearing: 0,
        partly: 0,
        deaf: 0,
        reconnecting: 0,
        out: 0,
      };
      const pairs = { heard: 0, silent: 0 };
      const byRoom = Map.groupBy(people, ([, { room }]) => room);
      for (const [identity, { room, signal, hears }] of people) {
        const others = (byRoom.get(room) ?? []).filter(([other]) => other !== identity);
        const due = others.length * kinds.length;
        const heard = others
          .filter(([, other]) => other.signal !== 'out')
          .reduce(
            (sum, [other]) => sum + kinds.filter((kind) => hears.has(`${kind} ${other}`)).length,
            0,
          );
        pairs.heard += heard;
        pairs.silent += due - heard;
        participants[
          signal === 'up' ? hearing(heard, due) : signal === 'out' ? 'out' : 'reconnecting'
        ]++;
      }
      return { participants, pairs };
    },
  };
};

const hearing = (heard: number, due: number): DrillPeople =>
  heard === due ? 'hearing' : heard === 0 ? 'deaf' : 'partly';
