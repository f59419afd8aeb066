import {
  type EventLine,
  type EventName,
  LEFT_WHILE_JOINING,
  type RecordLine,
} from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { describe, expect, it } from 'vitest';
import {
  createParticipantHistories,
  type ParticipantHistories,
  stateIntervals,
} from './participant-history.ts';

const LINES = recordOf(specOf({ rooms: 3, participants: 2, durationMs: 10_000 }));

const historiesOf = (
  lines: readonly RecordLine[],
  max = { participants: 100, rooms: 100 },
): ParticipantHistories => {
  const fold = createParticipantHistories(max);
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
  group: 'load',
  role: 'publisher',
  ...changes,
});

/** Inserts events before the first result. */
const withEvents = (lines: readonly RecordLine[], events: readonly EventLine[]): RecordLine[] => {
  const first = lines.findIndex(({ type }) => type === 'participant');
  return [...lines.slice(0, first), ...events, ...lines.slice(first)];
};

describe('createParticipantHistories', () => {
  it('lists all participants with their events', () => {
    const { participants, rooms, participantCount, roomCount } = historiesOf(LINES);
    expect([participants.length, participantCount, rooms.length, roomCount]).toEqual([6, 6, 3, 3]);
    const one = participants.find(({ identity }) => identity === 'k3x9-2-p1');
    expect(one).toMatchObject({
      room: 'swarm-k3x9-2',
      outcome: 'left',
      missing: 0,
      loss: 0,
      endedAt: expect.any(Number),
    });
    expect(one?.events.map(({ event }) => event)).toEqual(['joined']);
    expect(rooms[0]).toMatchObject({
      participants: 2,
      joinsFailed: 0,
      disconnected: 0,
      missing: 0,
      loss: 0,
    });
  });

  it('orders by severity: join failed, disconnected, missing, stalled, loss', () => {
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
            joinTimeMs: null,
            tracks: [],
          };
        case 'k3x9-2-p1':
          return { ...line, tracks: line.tracks.filter(({ direction }) => direction === 'up') };
        case 'k3x9-2-p2':
          return { ...line, outcome: 'disconnected', reason: 'kicked' };
        case 'k3x9-3-p1':
          return {
            ...line,
            tracks: line.tracks.map((track) => ({ ...track, activeAtEnd: false })),
          };
        default:
          return line;
      }
    });
    const { participants, rooms } = historiesOf(damaged);
    expect(participants.map(({ identity }) => identity)).toEqual([
      'k3x9-1-p2',
      'k3x9-2-p2',
      'k3x9-2-p1',
      'k3x9-3-p1',
      'k3x9-1-p1',
      'k3x9-3-p2',
    ]);
    expect(participants[0]).toMatchObject({ reason: 'ice_timeout', joinTimeMs: null });
    expect(
      rooms.map(({ room, joinsFailed, disconnected, missing, stalled }) => [
        room.at(-1),
        joinsFailed,
        disconnected,
        missing,
        stalled,
      ]),
    ).toEqual([
      ['1', 1, 0, 1, 0],
      ['2', 0, 1, 1, 0],
      ['3', 0, 0, 0, 1],
    ]);
  });

  it('lists the events of a participant in order of time', () => {
    const { participants } = historiesOf(
      withEvents(LINES, [
        happened(3_000, 'signal_lost', 'k3x9-1-p1', { reason: 'silence' }),
        happened(3_900, 'resumed', 'k3x9-1-p1', { durationMs: 900 }),
        happened(1_200, 'first_media', 'k3x9-1-p1', { durationMs: 180 }),
      ]),
    );
    const one = participants.find(({ identity }) => identity === 'k3x9-1-p1');
    expect(one?.events.map(({ event }) => event)).toEqual([
      'joined',
      'first_media',
      'signal_lost',
      'resumed',
    ]);
    expect(one).toMatchObject({ firstMediaMs: 180, reconnects: 1 });
    expect(participants[0]?.identity).toBe('k3x9-1-p1');
  });

  it('keeps a limited number of events of a participant that reconnects in a loop', () => {
    const loop = Array.from({ length: 500 }, (_, turn) =>
      happened(turn * 10, 'signal_lost', 'k3x9-1-p1'),
    );
    const { participants } = historiesOf(withEvents(LINES, loop));
    expect(Math.max(...participants.map(({ events }) => events.length))).toBe(60);
  });

  it('keeps the most affected participants, no more than requested', () => {
    const lines = recordOf(specOf({ rooms: 200, participants: 2, durationMs: 5_000 })).map(
      (line): RecordLine => {
        if (line.type !== 'participant') return line;
        const lost = Number(/-(\d+)-/.exec(line.identity)?.[1]);
        return { ...line, tracks: line.tracks.map((track) => ({ ...track, lost })) };
      },
    );
    const { participants, rooms, participantCount, roomCount } = historiesOf(lines, {
      participants: 10,
      rooms: 4,
    });
    expect([participantCount, roomCount]).toEqual([400, 200]);
    expect(participants).toHaveLength(10);
    expect(rooms.map(({ room }) => room)).toEqual([
      'swarm-k3x9-200',
      'swarm-k3x9-199',
      'swarm-k3x9-198',
      'swarm-k3x9-197',
    ]);
    expect(new Set(participants.map(({ room }) => room)).size).toBe(5);
  });

  it('lists the participants of a truncated record without results', () => {
    const cut = LINES.slice(
      0,
      LINES.findIndex(({ type }) => type === 'participant'),
    );
    const { participants, participantCount } = historiesOf(cut);
    expect(participantCount).toBe(6);
    expect(participants.every(({ outcome, endedAt }) => outcome === null && endedAt === null)).toBe(
      true,
    );
    expect(participants.every(({ joinTimeMs }) => joinTimeMs !== null)).toBe(true);
  });

  it('lists no participant for an empty record', () => {
    expect(historiesOf([])).toEqual({
      participants: [],
      rooms: [],
      participantCount: 0,
      roomCount: 0,
    });
  });
});

describe('a participant that left while it was joining', () => {
  const leftEarly = (at: number, endReason: 'completed' | 'interrupted'): ParticipantHistories =>
    historiesOf(
      altered(LINES, (line) => {
        if (line.type === 'end') return { ...line, reason: endReason };
        if (!('identity' in line) || line.identity !== 'k3x9-1-p1') return line;
        return line.type === 'participant'
          ? {
              ...line,
              at,
              outcome: 'join_failed',
              reason: LEFT_WHILE_JOINING,
              joinTimeMs: null,
              tracks: [],
            }
          : null;
      }),
    );
  const outcomeOf = ({ participants }: ParticipantHistories) =>
    participants.find(({ identity }) => identity === 'k3x9-1-p1')?.outcome;

  it('failed to join if the run was completed', () => {
    const histories = leftEarly(10_000, 'completed');
    expect(outcomeOf(histories)).toBe('join_failed');
    expect(histories.rooms[0]).toMatchObject({ joinsFailed: 1 });
  });

  it('left if the run was cut short, as in the counts of joins', () => {
    const histories = leftEarly(6_000, 'interrupted');
    expect(outcomeOf(histories)).toBe('left');
    expect(histories.rooms.every(({ joinsFailed }) => joinsFailed === 0)).toBe(true);
  });
});

describe('stateIntervals', () => {
  const intervals = (events: readonly EventLine[], runMs = 10_000): string[] => {
    const { participants } = historiesOf(withEvents(LINES, events));
    const one = participants.find(({ identity }) => identity === 'k3x9-1-p1');
    if (one === undefined) throw new Error('no such participant');
    return stateIntervals(one, runMs).map(
      ({ state, fromMs, toMs }) => `${state} ${fromMs}-${toMs}`,
    );
  };
  const endedAt = LINES.find((line) => line.type === 'participant')?.at;

  it('follow the states from the scheduled join to the end of the session', () => {
    expect(
      intervals([
        happened(3_000, 'signal_lost', 'k3x9-1-p1'),
        happened(5_000, 'disconnected', 'k3x9-1-p1'),
        happened(6_000, 'rejoined', 'k3x9-1-p1'),
      ]),
    ).toEqual([
      'joining 0-60',
      'connected 60-3000',
      'reconnecting 3000-5000',
      'disconnected 5000-6000',
      `connected 6000-${endedAt}`,
    ]);
  });
});
