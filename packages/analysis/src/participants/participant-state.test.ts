import type { EventLine, EventName, ParticipantLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import {
  type ConnectionState,
  initialParticipantState,
  isConnected,
  type ParticipantState,
  reduceParticipant,
} from './participant-state.ts';

const event = (at: number, name: EventName, more: Partial<EventLine> = {}): EventLine => ({
  type: 'event',
  at,
  event: name,
  identity: 'p1',
  ...more,
});

const PHASES = { started: 0, signal: 100, ice: 200, joined: 250 };
const JOINED = event(1_250, 'joined', { phases: PHASES });

const result = (more: Partial<ParticipantLine> = {}): ParticipantLine => ({
  type: 'participant',
  at: 9_000,
  shard: 0,
  identity: 'p1',
  group: 'meeting',
  room: 'room-1',
  role: 'publisher',
  joinAtMs: 1_000,
  leaveAtMs: 9_000,
  outcome: 'left',
  reason: null,
  joinTimeMs: 250,
  resumes: 0,
  reconnects: 0,
  expectedTracks: { audio: 0, video: 0 },
  tracks: [],
  ...more,
});

const after = (...lines: (EventLine | ParticipantLine)[]): ParticipantState =>
  lines.reduce(reduceParticipant, initialParticipantState());

const LOST = event(3_000, 'signal_lost', { reason: 'silence' });
const OUT = event(5_000, 'disconnected', { reason: 'connection_timeout', message: 'no answer' });

describe('reduceParticipant', () => {
  const cases: [title: string, lines: EventLine[], state: ConnectionState, since: number][] = [
    ['joining without any line', [], 'joining', 0],
    ['joining while attempts fail', [event(800, 'join_retry', { durationMs: 800 })], 'joining', 0],
    ['connected once it joined', [JOINED], 'connected', 1_250],
    ['failed once it gave up joining', [event(9_000, 'join_failed')], 'join_failed', 9_000],
    ['reconnecting after a loss', [JOINED, LOST], 'reconnecting', 3_000],
    ['connected when it resumed', [JOINED, LOST, event(4_000, 'resumed')], 'connected', 4_000],
    [
      'connected when it reconnected',
      [JOINED, LOST, event(4_000, 'reconnected')],
      'connected',
      4_000,
    ],
    ['disconnected', [JOINED, LOST, OUT], 'disconnected', 5_000],
    [
      'disconnected while attempts to rejoin fail',
      [JOINED, OUT, event(6_000, 'rejoin_retry')],
      'disconnected',
      5_000,
    ],
    ['connected when it rejoined', [JOINED, OUT, event(6_000, 'rejoined')], 'connected', 6_000],
    ['left', [JOINED, event(7_000, 'left')], 'left', 7_000],
    [
      'disconnected when the line about it came before that of the join',
      [event(1_250, 'disconnected'), JOINED],
      'disconnected',
      1_250,
    ],
    [
      'connected whatever happens to its subscriptions and to the run',
      [
        JOINED,
        event(2_000, 'media_started', { publisher: 'p2', kind: 'audio' }),
        event(3_000, 'media_interrupted', { publisher: 'p2', kind: 'audio' }),
        event(3_000, 'warning', { message: 'x' }),
      ],
      'connected',
      1_250,
    ],
  ];
  it.each(cases)('a participant is %s', (_, lines, connection, since) => {
    expect(after(...lines)).toMatchObject({ connection, since });
  });

  it('counts recoveries by method, and ends the disconnection', () => {
    const state = after(
      JOINED,
      LOST,
      event(4_000, 'resumed'),
      event(4_500, 'signal_lost'),
      event(4_800, 'reconnected'),
      OUT,
      event(6_000, 'rejoined'),
    );
    expect(state).toMatchObject({ resumes: 1, reconnects: 1, rejoins: 1, disconnectedAt: null });
    expect(isConnected(state)).toBe(true);
  });

  it('has the scheduled time and the duration of the join', () => {
    expect(after(JOINED, event(1_400, 'first_media', { durationMs: 400 }))).toMatchObject({
      scheduledAt: 1_000,
      joinedAt: 1_250,
      joinTimeMs: 250,
      firstMediaMs: 400,
    });
  });

  it('ignores unknown events', () => {
    expect(after(JOINED, { ...JOINED, event: 'teleported' as EventName })).toEqual(after(JOINED));
  });

  it('keeps the reason of the last failure', () => {
    expect(after(JOINED, OUT)).toMatchObject({
      reason: 'connection_timeout',
      message: 'no answer',
      disconnectedAt: 5_000,
    });
  });

  it('keeps the hint until something else fails', () => {
    const refused = event(800, 'join_retry', { reason: 'turn_quota', hint: 'check user-quota' });
    const failed = event(9_000, 'join_failed', { reason: 'turn_quota' });
    expect(after(refused, failed)).toMatchObject({ hint: 'check user-quota' });
    const other = event(9_000, 'join_failed', { reason: 'ice_timeout' });
    expect(after(refused, other)).toMatchObject({ reason: 'ice_timeout', hint: null });
  });

  it('prefers the result to the events', () => {
    expect(after(JOINED, OUT, result())).toMatchObject({
      connection: 'left',
      disconnectedAt: null,
      endedAt: 9_000,
    });
    expect(after(result({ resumes: 2, joinTimeMs: 300 }))).toMatchObject({
      connection: 'left',
      joinedAt: 1_300,
      resumes: 2,
    });
    expect(after(result({ outcome: 'disconnected', reason: 'kicked' }))).toMatchObject({
      connection: 'disconnected',
      disconnectedAt: 9_000,
      reason: 'kicked',
    });
    expect(after(result({ outcome: 'join_failed', joinTimeMs: null }))).toMatchObject({
      connection: 'join_failed',
      joinedAt: null,
    });
  });

  it('counts a participant lost with its worker as disconnected, or as failed if it had not joined', () => {
    const lost = result({ outcome: 'process_died' });
    expect(after(JOINED, lost)).toMatchObject({
      connection: 'disconnected',
      reason: 'process_died',
    });
    expect(after({ ...lost, joinTimeMs: null })).toMatchObject({ connection: 'join_failed' });
  });
});
