import { expandPlan } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import type { Drill } from './drill.ts';
import {
  DRILL_WINDOWS,
  JOIN_PROBE_ROLE,
  joinProbesOf,
  LOAD_ROLE,
  scenarioOfDrill,
} from './scenario-of-drill.ts';
import { drillTimes } from './schedule.ts';

const planOf = (drill: Drill) => expandPlan(scenarioOfDrill(drill), 'k3x9');

const windowsOf = (drill: Drill) =>
  planOf(drill)
    .windows.filter(({ source }) => source === 'custom')
    .map(({ name, fromMs, toMs }) => [name, fromMs, toMs]);

describe('scenarioOfDrill', () => {
  it('has all participants connected before the steady state, and keeps them until the end', () => {
    const drill = drillOf();
    const { participants, endAtMs, lastJoinAtMs } = planOf(drill);
    // Joins take 1.2 s (twelve participants at ten per second); then 15 s until the steady state,
    // 10 s of fault, 30 s of recovery.
    expect({ lastJoinAtMs, endAtMs }).toEqual({
      lastJoinAtMs: 1_100,
      endAtMs: 1_100 + 15_000 + 10_000 + 30_000,
    });
    expect(drillTimes(drill)).toMatchObject({ lastJoinMs: lastJoinAtMs, endMs: endAtMs });
    expect(participants).toHaveLength(12);
    expect(participants[0]).toMatchObject({
      role: LOAD_ROLE,
      room: 'drill-k3x9-1',
      expectedTracks: { audio: 3, video: 0 },
    });
    expect(participants.every(({ leaveAtMs }) => leaveAtMs === endAtMs)).toBe(true);
  });

  it('names its windows after the phases of a drill', () => {
    expect(windowsOf(drillOf({ faults: [faultOf({ durationMs: 20_000 })] }))).toEqual([
      ['baseline', 6_100, 16_100],
      ['fault', 16_100, 36_100],
      ['recovery', 36_100, 66_100],
    ]);
    expect(windowsOf(drillOf()).map(([name]) => name)).toEqual([...DRILL_WINDOWS]);
  });

  it('gives clients 15 s to recover from an instantaneous fault, and half of the recovery at most', () => {
    const faults = [faultOf({ durationMs: null })];
    expect(windowsOf(drillOf({ faults })).slice(1)).toEqual([
      ['fault', 16_100, 31_100],
      ['recovery', 31_100, 46_100],
    ]);
    expect(windowsOf(drillOf({ faults, recoveryMs: 10_000 })).slice(1)).toEqual([
      ['fault', 16_100, 21_100],
      ['recovery', 21_100, 26_100],
    ]);
  });

  it('starts the window fault with the first injection, and recovery with the last rollback', () => {
    const faults = [
      faultOf({ atMs: 5_000, durationMs: 60_000 }),
      faultOf({ atMs: 20_000, durationMs: 10_000 }),
    ];
    expect(windowsOf(drillOf({ faults })).slice(1)).toEqual([
      ['fault', 21_100, 81_100],
      ['recovery', 81_100, 111_100],
    ]);
  });

  it('has no window fault without a fault', () => {
    expect(windowsOf(drillOf({ faults: [] }))).toEqual([
      ['baseline', 6_100, 16_100],
      ['recovery', 16_100, 46_100],
    ]);
  });

  it('publishes the tracks of the load', () => {
    const { participants } = planOf(
      drillOf({ load: { ...drillOf().load, publish: ['audio', 'video'] } }),
    );
    expect(participants[0]?.publish.map(({ kind }) => kind)).toEqual(['audio', 'video']);
    expect(participants[0]?.expectedTracks).toEqual({ audio: 3, video: 3 });
  });
});

describe('joinProbesOf', () => {
  const drill = drillOf({ joinProbes: { everyMs: 2_000, sessionMs: 4_000 } });
  const plan = planOf(drill);
  const newcomers = joinProbesOf(drill, plan, 'k3x9');

  it('join from the steady state on, and leave before the end', () => {
    expect(newcomers[0]?.joinAtMs).toBe(drillTimes(drill).steadyFromMs);
    expect(Math.max(...newcomers.map(({ leaveAtMs }) => leaveAtMs))).toBeLessThanOrEqual(
      plan.endAtMs,
    );
    expect(Math.max(...newcomers.map(({ joinAtMs }) => joinAtMs))).toBeGreaterThan(
      plan.endAtMs - 6_000,
    );
    const stays = newcomers.map(({ identity, joinAtMs, leaveAtMs }) => [
      identity.endsWith('b'),
      leaveAtMs - joinAtMs,
    ]);
    expect(stays.every(([second, ms]) => ms === (second ? 3_500 : 4_000))).toBe(true);
  });

  it('alternate between rooms of the load and pairs in a new room; every other time the first room', () => {
    expect(newcomers.slice(0, 9).map(({ room }) => room)).toEqual([
      'drill-k3x9-1',
      'drill-k3x9-probe-2',
      'drill-k3x9-probe-2',
      'drill-k3x9-2',
      'drill-k3x9-probe-4',
      'drill-k3x9-probe-4',
      'drill-k3x9-1',
      'drill-k3x9-probe-6',
      'drill-k3x9-probe-6',
    ]);
    expect(newcomers[9]?.room).toBe('drill-k3x9-3');
  });

  it('only subscribe in rooms of the load, with identities and indexes that follow it', () => {
    const speakers = newcomers.filter(({ publish }) => publish.length > 0);
    expect(new Set(speakers.map(({ room }) => room.includes('-probe-')))).toEqual(new Set([true]));
    expect(
      newcomers
        .filter(({ publish }) => publish.length === 0)
        .every(({ room }) => !room.includes('-probe-')),
    ).toBe(true);
    expect(newcomers.every(({ role }) => role === JOIN_PROBE_ROLE)).toBe(true);
    expect(newcomers.every(({ identity }) => identity.startsWith('k3x9-'))).toBe(true);
    const everybody = [...plan.participants, ...newcomers];
    expect(new Set(everybody.map(({ identity }) => identity)).size).toBe(everybody.length);
    expect(everybody.map(({ index }) => index)).toEqual(everybody.map((_, index) => index));
    expect(everybody.map(({ joinAtMs }) => joinAtMs)).toEqual(
      everybody.map(({ joinAtMs }) => joinAtMs).sort((a, b) => a - b),
    );
  });

  it('join a new room one after the other, or simultaneously', () => {
    const [a, b] = newcomers.filter(({ room }) => room.endsWith('probe-2'));
    expect([b?.joinAtMs, b?.leaveAtMs]).toEqual([(a?.joinAtMs ?? 0) + 500, a?.leaveAtMs]);
    const twins = joinProbesOf(
      { ...drill, joinProbes: { everyMs: 2_000, sessionMs: 4_000, staggerMs: 0 } },
      plan,
      'k3x9',
    );
    expect(twins[1]?.joinAtMs).toBe(twins[2]?.joinAtMs);
  });

  it('join the only room', () => {
    const alone = drillOf({
      joinProbes: { everyMs: 2_000, sessionMs: 4_000 },
      load: { ...drill.load, rooms: 1 },
    });
    const rooms = joinProbesOf(alone, planOf(alone), 'k3x9').map(({ room }) => room);
    expect(new Set(rooms.filter((room) => !room.includes('probe')))).toEqual(
      new Set(['drill-k3x9-1']),
    );
  });

  it('are absent by default, and have the name of the run in their identities', () => {
    expect(joinProbesOf(drillOf(), plan, 'k3x9')).toEqual([]);
    const odd = expandPlan(scenarioOfDrill(drill), 'a-b-3');
    expect(joinProbesOf(drill, odd, 'a-b-3')[1]).toMatchObject({
      room: 'drill-a-b-3-probe-2',
      identity: 'a-b-3-probe-2a',
    });
  });
});
