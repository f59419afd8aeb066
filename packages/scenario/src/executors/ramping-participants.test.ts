import { roleOf } from '@livekit-swarm/testkit/scenario-of';
import { describe, expect, it } from 'vitest';
import { groupFor } from '../../test/support/group-for.ts';
import { parseScenario } from '../language/parse-scenario.ts';
import { formatScenario } from '../language/write/format-scenario.ts';
import { expandPlan } from '../plan/expand.ts';
import type { Expansion } from './expansion.ts';
import { rampingParticipants } from './ramping-participants.ts';
import type { Stage } from './stages.ts';

const stage = (durationMs: number, target: number, name = 'stage'): Stage => ({
  name,
  durationMs,
  target,
});
const expand = (
  settings: { rooms?: number; startParticipants?: number; stages: Stage[] },
  slots = 4,
): Expansion =>
  rampingParticipants.expand(
    { type: 'ramping-participants', rooms: 1, startParticipants: 0, ...settings },
    groupFor(slots),
  );
const sessionsIn = ({ rooms }: Expansion, room = 0): number[][][] =>
  (rooms[room]?.slots ?? []).map((sessions) =>
    sessions.map(({ joinAtMs, leaveAtMs }) => [joinAtMs, leaveAtMs]),
  );

describe('rampingParticipants', () => {
  it('lets participants join along a straight line, and leave at the end', () => {
    expect(sessionsIn(expand({ stages: [stage(8_000, 4), stage(2_000, 4)] }))).toEqual([
      [[2_000, 10_000]],
      [[4_000, 10_000]],
      [[6_000, 10_000]],
      [[8_000, 10_000]],
    ]);
  });

  it('lets the last participant that joined leave first, and another one take its slot', () => {
    const stages = [stage(4_000, 2), stage(4_000, 1), stage(4_000, 2)];
    expect(sessionsIn(expand({ startParticipants: 1, stages }, 2))).toEqual([
      [[0, 12_000]],
      // A session that would begin at the very end is left out.
      [[4_000, 8_000]],
    ]);
    const again = [...stages, stage(3_000, 2)];
    expect(sessionsIn(expand({ startParticipants: 1, stages: again }, 2))[1]).toEqual([
      [4_000, 8_000],
      [12_000, 15_000],
    ]);
  });

  it('fills several rooms evenly, one join after the other', () => {
    const { rooms } = expand({ rooms: 2, stages: [stage(4_000, 2), stage(1_000, 2)] }, 2);
    const joins = rooms.map(({ slots = [] }) => slots.flat().map(({ joinAtMs }) => joinAtMs));
    expect(joins).toEqual([
      [1_000, 3_000],
      [2_000, 4_000],
    ]);
  });

  it('keeps permanent roles from the beginning to the end', () => {
    const group = {
      ...groupFor(),
      slots: [roleOf({ name: 'speaker', permanent: true }), roleOf({ name: 'viewer' })],
    };
    const spec = {
      type: 'ramping-participants' as const,
      rooms: 1,
      startParticipants: 0,
      stages: [stage(2_000, 1), stage(4_000, 0)],
    };
    expect(sessionsIn(rampingParticipants.expand(spec, group))).toEqual([
      [[0, 6_000]],
      [[2_000, 6_000]],
    ]);
  });

  it('has a window for each stage', () => {
    const { stages } = expand({ stages: [stage(2_000, 2, 'up'), stage(3_000, 2, 'hold')] });
    expect(stages).toEqual([
      { name: 'up', fromMs: 0, toMs: 2_000 },
      { name: 'hold', fromMs: 2_000, toMs: 5_000 },
    ]);
  });
});

const WEBINAR = `
scenario: webinar
groups:
  hall:
    executor: ramping-participants
    room: hall
    startParticipants: 2
    stages: [{ name: fill, duration: 10s, target: 20 }, { duration: 10s, target: 20 }]
    roles:
      speaker: { publish: audio, permanent: true }
      viewer: { count: 20 }
`;

describe('a scenario with ramping-participants', () => {
  const parse = (text: string, scale?: string) =>
    parseScenario(text, { file: 'webinar.yaml', scale });

  it('has a plan with every session once, and its expected tracks', () => {
    const { participants, endAtMs, windows } = expandPlan(parse(WEBINAR), 'r');
    expect(participants).toHaveLength(21);
    expect(endAtMs).toBe(20_000);
    expect(windows.map(({ name }) => name)).toContain('fill');
    expect(
      participants
        .filter(({ role }) => role === 'viewer')
        .map(({ expectedTracks }) => expectedTracks.audio),
    ).toEqual(Array.from({ length: 20 }, () => 1));
    expect(new Set(participants.map(({ identity }) => identity)).size).toBe(21);
  });

  it('reads back to the same scenario', () => {
    expect(parse(formatScenario(parse(WEBINAR)))).toEqual(parse(WEBINAR));
  });

  it('is scaled by the participants of its one room', () => {
    expect(parse(WEBINAR, '0.5').groups[0]).toMatchObject({
      executor: { rooms: 1, startParticipants: 1, stages: [{ target: 10 }, { target: 10 }] },
      roles: [{ count: 1 }, { count: 10 }],
    });
  });

  it('must have as many slots as its targets reach', () => {
    expect(() => parse(WEBINAR.replace('count: 20', 'count: 19'))).toThrow(
      'reach 20 participants per room, but the roles that are not permanent have 19',
    );
  });

  it('has no join spread', () => {
    expect(() => parse(WEBINAR.replace('room: hall', 'room: hall\n    joinSpread: 2s'))).toThrow(
      'joinSpread: has no effect with ramping-participants',
    );
  });
});
