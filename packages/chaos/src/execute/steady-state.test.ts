import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { happened, load } from '../../test/support/drill-record.ts';
import { JOIN_PROBE_ROLE, LOAD_ROLE } from '../drill/scenario-of-drill.ts';
import { createSteadyStateTracker } from './steady-state.ts';

const person = (identity: string, role: string = LOAD_ROLE): ParticipantPlan =>
  ({
    identity,
    room: identity.split('-')[0],
    role,
    publish: [{ kind: 'audio' }],
  }) as ParticipantPlan;

const PEOPLE = [
  person('a-1'),
  person('a-2'),
  person('b-1'),
  person('b-2'),
  person('a-new', JOIN_PROBE_ROLE),
];

const complete = () => {
  const attendance = createSteadyStateTracker(PEOPLE);
  for (const line of load('a-1', 'a-2', 'b-1', 'b-2'))
    if (line.type === 'event' && line.event !== 'left') attendance.add(line);
  return attendance;
};

describe('attendance', () => {
  it('is not steady before everybody is in and heard', () => {
    const attendance = createSteadyStateTracker(PEOPLE);
    attendance.add(happened('a-1', 100, { event: 'joined', node: 'ND_1' }));
    expect(attendance.steadySince).toBeNull();
    expect(attendance.missing()).toEqual({
      participants: 4,
      participantsMissing: 3,
      subscriptionsWithoutMedia: 4,
    });
  });

  it('is steady from when the last hears the last; newcomers do not matter', () =>
    expect(complete().steadySince).toBe(500));

  it('ends with the first silence, and begins anew', () => {
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

  it('begins anew after a short gap that nobody had told of', () => {
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

  it('ends when somebody is disconnected, until they are in again', () => {
    const attendance = complete();
    attendance.add(happened('a-1', 5_000, { event: 'disconnected', reason: 'x' }));
    expect(attendance.steadySince).toBeNull();
    attendance.add(happened('a-1', 6_000, { event: 'rejoined', node: 'ND_2' }));
    expect(attendance.steadySince).toBe(6_000);
    expect(attendance.nodes.get('a')).toBe('ND_2');
  });

  it('says what share of the listeners of rooms hears nobody', () => {
    const attendance = complete();
    attendance.add(
      happened('a-1', 5_000, { event: 'media_interrupted', publisher: 'a-2', kind: 'audio' }),
    );
    expect(attendance.shareWithoutMedia(new Set(['a']))).toBe(0.5);
    expect(attendance.shareWithoutMedia(new Set(['a', 'b']))).toBe(0.25);
    expect(attendance.shareWithoutMedia(new Set(['b']))).toBe(0);
    expect(attendance.shareWithoutMedia(new Set())).toBe(0);
  });
});
