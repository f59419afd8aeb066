import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { END_AT, happened, load, planned } from '../../test/support/drill-record.ts';
import { JOIN_PROBE_ROLE, LOAD_ROLE, planOfDrill } from '../drill/scenario-of-drill.ts';
import { createSteadyStateTracker } from './steady-state.ts';

const [sample] = planOfDrill(drillOf(), 'x').participants;
if (sample === undefined) throw new Error('the drill has participants');

const person = (identity: string, role: string = LOAD_ROLE): ParticipantPlan => ({
  ...sample,
  joinAtMs: 0,
  leaveAtMs: END_AT,
  identity,
  room: identity.split('-')[0] ?? '',
  role,
});

const late = (identity: string): ParticipantPlan => ({ ...person(identity), joinAtMs: 21_000 });

const TIMES = { steadyFromMs: 5_000, steadyMs: 10_000 };

const PEOPLE = [
  person('a-1'),
  person('a-2'),
  person('b-1'),
  person('b-2'),
  person('a-new', JOIN_PROBE_ROLE),
];

const complete = () => {
  const attendance = createSteadyStateTracker(PEOPLE, TIMES);
  for (const line of load('a-1', 'a-2', 'b-1', 'b-2'))
    if (line.type === 'event' && line.event !== 'left') attendance.add(line);
  return attendance;
};

describe('the steady state', () => {
  it('is not reached before every participant is connected and every subscription receives media', () => {
    const attendance = createSteadyStateTracker(PEOPLE, TIMES);
    attendance.add(happened('a-1', 100, { event: 'joined', node: 'ND_1' }));
    expect(attendance.steadySince).toBeNull();
    expect(attendance.missing()).toEqual({
      participants: 4,
      participantsMissing: 3,
      subscriptionsWithoutMedia: 4,
    });
  });

  it('starts when the last subscription receives media, not counting join probes', () =>
    expect(complete().steadySince).toBe(500));

  it('ends with the first interruption, and starts again', () => {
    const attendance = complete();
    attendance.add(
      happened('a-1', 5_000, { event: 'media_interrupted', publisher: 'a-2', kind: 'audio' }),
    );
    expect(attendance.steadySince).toBeNull();
    attendance.add(
      happened('a-1', 7_000, {
        event: 'media_resumed',
        publisher: 'a-2',
        kind: 'audio',
        durationMs: 2_000,
      }),
    );
    expect(attendance.steadySince).toBe(7_000);
  });

  it('starts again after a short interruption that was reported only at its end', () => {
    const attendance = complete();
    attendance.add(
      happened('a-1', 7_000, {
        event: 'media_resumed',
        publisher: 'a-2',
        kind: 'audio',
        durationMs: 700,
      }),
    );
    expect(attendance.steadySince).toBe(7_000);
  });

  it('ends when a participant is disconnected, until it is connected again', () => {
    const attendance = complete();
    attendance.add(happened('a-1', 5_000, { event: 'disconnected', reason: 'x' }));
    expect(attendance.steadySince).toBeNull();
    attendance.add(happened('a-1', 6_000, { event: 'rejoined', node: 'ND_2' }));
    expect(attendance.steadySince).toBe(6_000);
    expect(attendance.nodes.get('a')).toBe('ND_2');
  });

  it('has the share of subscribers without media', () => {
    const attendance = complete();
    attendance.add(
      happened('a-1', 5_000, { event: 'media_interrupted', publisher: 'a-2', kind: 'audio' }),
    );
    expect(attendance.shareWithoutMedia(new Set(['a']))).toBe(0.5);
    expect(attendance.shareWithoutMedia(new Set(['a', 'b']))).toBe(0.25);
    expect(attendance.shareWithoutMedia(new Set(['b']))).toBe(0);
    expect(attendance.shareWithoutMedia(new Set())).toBe(0);
  });

  it('has the share of subscribers without media after all others were replaced', () => {
    const attendance = createSteadyStateTracker(
      [...PEOPLE, late('a-3'), late('a-4')].map((one) =>
        one.identity === 'a-1' || one.identity === 'a-2' ? { ...one, leaveAtMs: 20_000 } : one,
      ),
      TIMES,
    );
    for (const line of load('a-1', 'a-2'))
      if (line.type === 'event' && line.event !== 'left') attendance.add(line);
    for (const identity of ['a-1', 'a-2'])
      attendance.add(happened(identity, 20_000, { event: 'left' }));
    const room = new Set(['a']);
    expect(attendance.shareWithoutMedia(room)).toBe(0);
    const audio = { publisher: 'a-3', kind: 'audio' as const };
    for (const identity of ['a-3', 'a-4'])
      attendance.add(happened(identity, 21_000, { event: 'joined' }));
    attendance.add(happened('a-4', 21_100, { event: 'media_started', ...audio }));
    expect(attendance.shareWithoutMedia(room)).toBe(0);
    attendance.add(happened('a-4', 30_000, { event: 'media_interrupted', ...audio }));
    expect(attendance.shareWithoutMedia(room)).toBe(1);
    attendance.add(planned('a-4', 21_000, END_AT, 'disconnected'));
    expect(attendance.shareWithoutMedia(room)).toBe(0);
  });

  it('forgets the node of a room that all have left', () => {
    const attendance = complete();
    attendance.add(happened('a-1', 20_000, { event: 'left' }));
    expect(attendance.nodes.get('a')).toBe('ND_a');
    attendance.add(planned('a-2', 0, 20_000, 'disconnected'));
    expect([...attendance.nodes.keys()]).toEqual(['b']);
  });

  it('forgets agents that have left, and that of a room that all have left', () => {
    const attendance = complete();
    attendance.add(happened('a-1', 5_000, { event: 'agent_joined', agent: 'first' }));
    attendance.add(happened('b-1', 5_000, { event: 'agent_joined', agent: 'other' }));
    attendance.add(happened('a-1', 6_000, { event: 'agent_added', agent: 'second' }));
    attendance.add(happened('a-1', 7_000, { event: 'agent_left', agent: 'first' }));
    expect([...attendance.agents.values()].sort()).toEqual(['other', 'second']);
    attendance.add(happened('a-1', 8_000, { event: 'agent_left', agent: 'second' }));
    expect([...attendance.agents.keys()]).toEqual(['b']);
    for (const identity of ['b-1', 'b-2'])
      attendance.add(happened(identity, 20_000, { event: 'left' }));
    expect([...attendance.agents.keys()]).toEqual([]);
  });
});
