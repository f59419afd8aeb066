import { MetricSet } from '@livekit-swarm/metrics';
import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import { identityPrefix } from '@livekit-swarm/scenario';
import { TrackFold } from '../summary/fold-tracks.ts';
import type { WorstParticipant } from '../summary/summary.ts';
import {
  byBadnessOfPerson,
  byBadnessOfRoom,
  type Episode,
  type Person,
  type RoomStanding,
} from './person.ts';

export interface People {
  /** Worst first, no more than were asked for. */
  people: Person[];
  rooms: RoomStanding[];
  /** How many there were of both. */
  peopleInAll: number;
  roomsInAll: number;
}

export interface PeopleFold {
  add(line: RecordLine): void;
  /** Call once, after the last line. */
  result(): People;
}

/** Whoever goes in circles has told all there is to tell after so many. */
const LONGEST_STORY = 60;

const MEDIA: ReadonlySet<EventLine['event']> = new Set(['media_began', 'media_lost', 'media_back']);

interface Life {
  story: Episode[];
  room: string;
  group: string;
  role: string;
  result: Omit<ParticipantLine, 'tracks' | 'expects'> | null;
  gaps: number;
  gapMs: number;
}

interface RoomTally extends RoomStanding {
  /** Sum of the shares of those of whom one is known, and how many they are. */
  losses: { sum: number; of: number };
}

/**
 * Finds who had it worst, with what happened to them, and in which rooms. Memory grows with the people who are there and the number of rooms, and
 * keeps no more of those who left than were asked for.
 */
export const createPeople = (most: { people: number; rooms: number }): PeopleFold => {
  const lives = new Map<string, Life>();
  const rooms = new Map<string, RoomTally>();
  let worst: Person[] = [];
  let peopleInAll = 0;
  let lastAt = 0;
  let finished = false;

  const keep = (person: Person): void => {
    peopleInAll++;
    worst.push(person);
    // Sorted now and then only: that is what makes it cheap.
    if (worst.length >= 2 * most.people + 100)
      worst = worst.sort(byBadnessOfPerson).slice(0, most.people);
  };

  const judged = (how: WorstParticipant): void => {
    const life = lives.get(how.identity);
    if (life === undefined) return;
    lives.delete(how.identity);
    const person = personOf(how, life);
    addToRoom(rooms, person);
    keep(person);
  };
  // Its metrics are not looked at: it knows which tracks a stay is to be judged by.
  const tracks = new TrackFold(new MetricSet(), judged);

  const lifeOf = (
    identity: string,
    line: Partial<Pick<EventLine, 'room' | 'group' | 'role'>>,
  ): Life => {
    let life = lives.get(identity);
    if (life === undefined) {
      const { room = '', group = '', role = '' } = line;
      life = { story: [], room, group, role, result: null, gaps: 0, gapMs: 0 };
      lives.set(identity, life);
    }
    return life;
  };

  const addEvent = (line: EventLine): void => {
    const { identity, at, event, reason = null, message = null } = line;
    const ms = line.phases?.joined ?? line.ms ?? null;
    // What was heard of whom would drown what befell oneself.
    if (identity === undefined || MEDIA.has(event)) return;
    const { story } = lifeOf(identity, line);
    if (story.length < LONGEST_STORY) story.push({ at, event, ms, reason, message });
  };

  const addResult = (line: ParticipantLine): void => {
    const { tracks: received, expects: _, ...result } = line;
    const life = lifeOf(line.identity, line);
    const down = received.filter(({ direction, kind }) => direction === 'down' && kind !== 'data');
    life.result = result;
    life.gaps = down.reduce((sum, { gaps }) => sum + (gaps || 0), 0);
    life.gapMs = down.reduce((sum, { gapMs }) => sum + (gapMs || 0), 0);
    tracks.add(line);
  };

  return {
    add: (line) => {
      if ('at' in line) lastAt = Math.max(lastAt, line.at);
      switch (line.type) {
        case 'header': {
          const prefix = identityPrefix(line.run);
          tracks.begin(line, (identity) => identity.startsWith(prefix));
          break;
        }
        case 'event':
          addEvent(line);
          break;
        case 'participant':
          addResult(line);
          break;
        case 'end':
          finished = line.reason === 'finished';
          break;
        default:
      }
    },
    result: () => {
      tracks.close(finished, lastAt);
      // Those the record says nothing more of.
      for (const [identity, life] of [...lives]) judged(nothingKnown(identity, life));
      return {
        people: worst.sort(byBadnessOfPerson).slice(0, most.people),
        rooms: [...rooms.values()].sort(byBadnessOfRoom).slice(0, most.rooms).map(roomOf),
        peopleInAll,
        roomsInAll: rooms.size,
      };
    },
  };
};

const nothingKnown = (identity: string, { room, role }: Life): WorstParticipant => ({
  identity,
  room,
  role,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestGapMs: 0,
  reconnects: 0,
});

const personOf = (how: WorstParticipant, { story, group, result, gaps, gapMs }: Life): Person => {
  const joined = story.find(({ event }) => event === 'joined');
  const first = story.find(({ event }) => event === 'first_media');
  const came = story.filter(
    ({ event }) => event === 'resumed' || event === 'reconnected' || event === 'rejoined',
  ).length;
  return {
    ...how,
    reconnects: Math.max(how.reconnects, came),
    group,
    outcome: result?.outcome ?? null,
    reason: result?.reason ?? null,
    dueAt:
      result?.joinAtMs ??
      (joined === undefined ? (story[0]?.at ?? 0) : joined.at - (joined.ms ?? 0)),
    joinMs: result === null ? (joined?.ms ?? null) : result.joinMs,
    firstMediaMs: first?.ms ?? null,
    endedAt: result?.at ?? null,
    gaps,
    gapMs,
    story: story.sort((a, b) => a.at - b.at),
  };
};

const addToRoom = (rooms: Map<string, RoomTally>, person: Person): void => {
  const known = rooms.get(person.room) ?? emptyRoom(person);
  rooms.set(person.room, known);
  known.people++;
  if (person.outcome === 'join_failed') known.failed++;
  else if (person.outcome !== 'left' && person.outcome !== null) known.dropped++;
  known.missing += person.missing;
  known.stalled += person.stalled;
  known.reconnects += person.reconnects;
  known.longestGapMs = Math.max(known.longestGapMs, person.longestGapMs);
  known.jitterMs = larger(known.jitterMs, person.jitterMs);
  known.latencyP95Ms = larger(known.latencyP95Ms, person.latencyP95Ms);
  if (person.loss === null) return;
  known.losses.sum += person.loss;
  known.losses.of++;
  known.loss = known.losses.sum / known.losses.of;
};

const emptyRoom = ({ room, group }: Person): RoomTally => ({
  room,
  group,
  people: 0,
  failed: 0,
  dropped: 0,
  missing: 0,
  stalled: 0,
  loss: null,
  jitterMs: null,
  latencyP95Ms: null,
  longestGapMs: 0,
  reconnects: 0,
  losses: { sum: 0, of: 0 },
});

const roomOf = ({ losses: _, ...room }: RoomTally): RoomStanding => room;

const larger = (a: number | null, b: number | null): number | null =>
  a === null || (b !== null && b > a) ? b : a;
