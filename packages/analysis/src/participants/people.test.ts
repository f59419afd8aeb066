import type { EventLine, EventName, RecordLine } from '@livekit-swarm/record';
import { altered, recordOf, specOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import { createPeople, type People } from './people.ts';

const LINES = recordOf(specOf({ rooms: 3, participants: 2, durationMs: 10_000 }));

const peopleOf = (lines: readonly RecordLine[], most = { people: 100, rooms: 100 }): People => {
  const fold = createPeople(most);
  for (const line of lines) fold.add(line);
  return fold.result();
};

const happened = (
  at: number,
  event: EventName,
  identity: string,
  changes: Partial<EventLine> = {},
): EventLine => ({
  type: 'event',
  at,
  event,
  identity,
  room: identity.replace(/^(k3x9-\d+)-.*/, 'swarm-$1'),
  group: 'crowd',
  role: 'publisher',
  ...changes,
});

/** With these events before the first result. */
const withEvents = (lines: readonly RecordLine[], events: readonly EventLine[]): RecordLine[] => {
  const first = lines.findIndex(({ type }) => type === 'participant');
  return [...lines.slice(0, first), ...events, ...lines.slice(first)];
};

describe('people', () => {
  it('are all there, with what happened to them', () => {
    const { people, rooms, peopleInAll, roomsInAll } = peopleOf(LINES);
    expect([people.length, peopleInAll, rooms.length, roomsInAll]).toEqual([6, 6, 3, 3]);
    const one = people.find(({ identity }) => identity === 'k3x9-2-p1');
    expect(one).toMatchObject({
      room: 'swarm-k3x9-2',
      outcome: 'left',
      missing: 0,
      loss: 0,
      endedAt: expect.any(Number),
    });
    expect(one?.story.map(({ event }) => event)).toEqual(['joined']);
    expect(rooms[0]).toMatchObject({ people: 2, failed: 0, dropped: 0, missing: 0, loss: 0 });
  });

  it('come worst first: never in, thrown out, missing, stalled, lossy', () => {
    const damaged = altered(LINES, (line) => {
      if (line.type !== 'participant') return line;
      switch (line.identity) {
        case 'k3x9-1-p1':
          return { ...line, tracks: line.tracks.map((track) => ({ ...track, lost: 100 })) };
        case 'k3x9-1-p2':
          return {
            ...line,
            outcome: 'join_failed',
            reason: 'ice_timeout',
            joinMs: null,
            tracks: [],
          };
        case 'k3x9-2-p1':
          return { ...line, tracks: line.tracks.filter(({ direction }) => direction === 'up') };
        case 'k3x9-2-p2':
          return { ...line, outcome: 'disconnected', reason: 'kicked' };
        case 'k3x9-3-p1':
          return { ...line, tracks: line.tracks.map((track) => ({ ...track, aliveAtEnd: false })) };
        default:
          return line;
      }
    });
    const { people, rooms } = peopleOf(damaged);
    expect(people.map(({ identity }) => identity)).toEqual([
      'k3x9-1-p2',
      'k3x9-2-p2',
      'k3x9-2-p1',
      'k3x9-3-p1',
      'k3x9-1-p1',
      'k3x9-3-p2',
    ]);
    expect(people[0]).toMatchObject({ reason: 'ice_timeout', joinMs: null });
    expect(
      rooms.map(({ room, failed, dropped, missing, stalled }) => [
        room.at(-1),
        failed,
        dropped,
        missing,
        stalled,
      ]),
    ).toEqual([
      ['1', 1, 0, 1, 0],
      ['2', 0, 1, 1, 0],
      ['3', 0, 0, 0, 1],
    ]);
  });

  it('have a story in the order in which it happened', () => {
    const { people } = peopleOf(
      withEvents(LINES, [
        happened(3_000, 'signal_lost', 'k3x9-1-p1', { reason: 'silence' }),
        happened(3_900, 'resumed', 'k3x9-1-p1', { ms: 900 }),
        happened(1_200, 'first_media', 'k3x9-1-p1', { ms: 180 }),
      ]),
    );
    const one = people.find(({ identity }) => identity === 'k3x9-1-p1');
    expect(one?.story.map(({ event }) => event)).toEqual([
      'joined',
      'first_media',
      'signal_lost',
      'resumed',
    ]);
    expect(one).toMatchObject({ firstMediaMs: 180, reconnects: 1 });
    expect(people[0]?.identity).toBe('k3x9-1-p1');
  });

  it('who go in circles do not fill the memory', () => {
    const circles = Array.from({ length: 500 }, (_, turn) =>
      happened(turn * 10, 'signal_lost', 'k3x9-1-p1'),
    );
    const { people } = peopleOf(withEvents(LINES, circles));
    expect(Math.max(...people.map(({ story }) => story.length))).toBe(60);
  });

  it('are no more than were asked for, and those are the worst', () => {
    const lines = recordOf(specOf({ rooms: 200, participants: 2, durationMs: 5_000 })).map(
      (line): RecordLine => {
        if (line.type !== 'participant') return line;
        const lost = Number(/-(\d+)-/.exec(line.identity)?.[1]);
        return { ...line, tracks: line.tracks.map((track) => ({ ...track, lost })) };
      },
    );
    const { people, rooms, peopleInAll, roomsInAll } = peopleOf(lines, { people: 10, rooms: 4 });
    expect([peopleInAll, roomsInAll]).toEqual([400, 200]);
    expect(people).toHaveLength(10);
    expect(rooms.map(({ room }) => room)).toEqual([
      'swarm-k3x9-200',
      'swarm-k3x9-199',
      'swarm-k3x9-198',
      'swarm-k3x9-197',
    ]);
    expect(new Set(people.map(({ room }) => room)).size).toBe(5);
  });

  it('of a record that breaks off are those it speaks of', () => {
    const cut = LINES.slice(
      0,
      LINES.findIndex(({ type }) => type === 'participant'),
    );
    const { people, peopleInAll } = peopleOf(cut);
    expect(peopleInAll).toBe(6);
    expect(people.every(({ outcome, endedAt }) => outcome === null && endedAt === null)).toBe(true);
    expect(people.every(({ joinMs }) => joinMs !== null)).toBe(true);
  });

  it('of an empty record are none', () => {
    expect(peopleOf([])).toEqual({ people: [], rooms: [], peopleInAll: 0, roomsInAll: 0 });
  });
});
