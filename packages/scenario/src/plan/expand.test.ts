import { type LoadSpec, scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_SESSION_MS } from '../executors/expansion.ts';
import type { ExecutorSpec } from '../executors/registry.ts';
import type { Plan } from '../plan.ts';
import type { Layout } from '../role-keys/layout.ts';
import type { GroupSpec } from '../scenario.ts';
import { expandPlan } from './expand.ts';

const layouts = fc.oneof(
  fc.constantFrom<Layout>(
    { type: 'all' },
    { type: 'speaker' },
    { type: 'audio-only' },
    { type: 'none' },
  ),
  fc.integer({ min: 1, max: 25 }).map((tiles): Layout => ({ type: 'grid', tiles })),
);

const specs: fc.Arbitrary<LoadSpec> = fc
  .record({
    rooms: fc.integer({ min: 1, max: 12 }),
    participants: fc.integer({ min: 0, max: 6 }),
    subscribers: fc.integer({ min: 0, max: 6 }),
    publish: fc.constantFrom<LoadSpec['publish']>([], ['audio'], ['video'], ['audio', 'video']),
    layout: layouts,
    joinRate: fc.double({ min: 0.5, max: 500, noNaN: true }),
    durationMs: fc.integer({ min: 1_000, max: 100_000 }),
  })
  .filter((spec) => spec.participants + spec.subscribers > 0)
  .map(specOf);

describe('expandPlan', () => {
  it('has rooms, identities and roles of a scenario', () => {
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 2, participants: 1, subscribers: 1, joinRate: 10 })),
      'ab12',
    );
    expect(
      plan.participants.map(({ identity, room, role, joinAtMs }) => [
        identity,
        room,
        role,
        joinAtMs,
      ]),
    ).toEqual([
      ['ab12-1-p1', 'swarm-ab12-1', 'publisher', 0],
      ['ab12-1-s1', 'swarm-ab12-1', 'subscriber', 100],
      ['ab12-2-p1', 'swarm-ab12-2', 'publisher', 200],
      ['ab12-2-s1', 'swarm-ab12-2', 'subscriber', 300],
    ]);
    expect(plan).toMatchObject({ lastJoinAtMs: 300, endAtMs: 30_300 });
  });

  it('keeps the name of a named room', () => {
    const plan = expandPlan(scenarioOfLoad(specOf({ rooms: 1, room: 'standup' })), 'ab12');
    expect(new Set(plan.participants.map(({ room }) => room))).toEqual(new Set(['standup']));
  });

  it('gives data to participants that publish, not to subscribers', () => {
    const data = { messagesPerSecond: 1, bytes: 100, reliable: true };
    const plan = expandPlan(
      scenarioOfLoad(specOf({ rooms: 1, participants: 1, subscribers: 1, publish: [], data })),
      'r',
    );
    expect(plan.participants.map((one) => [one.role, one.data.length])).toEqual([
      ['publisher', 1],
      ['subscriber', 0],
    ]);
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(expandPlan(scenarioOfLoad(spec), 'r')).toEqual(
          expandPlan(scenarioOfLoad(spec), 'r'),
        );
      }),
    );
  });

  it('has every participant once, in full rooms, in the order of joins, at the join rate', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { participants, lastJoinAtMs, endAtMs } = expandPlan(scenarioOfLoad(spec), 'r');
        expect(participants).toHaveLength(spec.rooms * (spec.participants + spec.subscribers));
        expect(new Set(participants.map(({ identity }) => identity)).size).toBe(
          participants.length,
        );
        expect(participants.map(({ index }) => index)).toEqual(
          participants.map((_, position) => position),
        );
        for (const members of Map.groupBy(participants, ({ room }) => room).values()) {
          expect(members).toHaveLength(spec.participants + spec.subscribers);
          const first = members[0]?.index ?? 0;
          expect(members.map(({ index }) => index - first)).toEqual(
            members.map((_, position) => position),
          );
        }
        for (const { index, joinAtMs } of participants)
          expect(joinAtMs).toBeCloseTo((index * 1_000) / spec.joinRate, 6);
        expect(lastJoinAtMs).toBeCloseTo(participants.at(-1)?.joinAtMs ?? -1, 6);
        expect(endAtMs).toBe(lastJoinAtMs + spec.durationMs);
      }),
    );
  });

  it('expects the tracks of others in the room that the layout shows', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { participants } = expandPlan(scenarioOfLoad(spec), 'r');
        for (const one of participants) {
          const others = participants.filter(
            (other) => other.room === one.room && other.index !== one.index,
          );
          const tracks = others.flatMap(({ publish }) => publish);
          const videos = tracks.filter(({ kind }) => kind === 'video').length;
          const audios = tracks.filter(({ kind }) => kind === 'audio').length;
          const limit = { all: videos, speaker: 1, 'audio-only': 0, none: 0 };
          const shown = spec.layout.type === 'grid' ? spec.layout.tiles : limit[spec.layout.type];
          expect(one.expectedTracks).toEqual({
            audio: spec.layout.type === 'none' ? 0 : audios,
            video: Math.min(videos, shown),
          });
        }
      }),
    );
  });
});

const constant = (rooms: number, durationMs = 20_000): ExecutorSpec => ({
  type: 'constant-rooms',
  rooms,
  joinRate: 10,
  durationMs,
});
const ramp: ExecutorSpec = {
  type: 'ramping-rooms',
  startRooms: 1,
  stages: [
    { name: 'up', durationMs: 20_000, target: 5 },
    { name: 'peak', durationMs: 30_000, target: 5 },
    { name: 'down', durationMs: 20_000, target: 0 },
  ],
};
const arrivals: ExecutorSpec = {
  type: 'constant-arrival-rate',
  rate: 1,
  timeUnitMs: 2_000,
  durationMs: 40_000,
  roomDuration: { distribution: 'exponential', meanMs: 8_000 },
  maxRooms: 3,
};
const churn: ExecutorSpec = {
  type: 'per-room-churn',
  rooms: 2,
  joinRate: 4,
  durationMs: 40_000,
  sessionDuration: { distribution: 'lognormal', medianMs: 9_000, sigma: 0.5 },
  replacementDelay: { distribution: 'uniform', minMs: 0, maxMs: 3_000 },
};
const lessons: ExecutorSpec = {
  type: 'timetable',
  lessons: [
    { name: 'first', atMs: 0, rooms: 2, joinSpreadMs: 4_000, durationMs: 20_000 },
    { name: 'second', atMs: 30_000, rooms: 1, joinSpreadMs: 4_000, durationMs: 20_000 },
  ],
};
const all = [constant(3), ramp, arrivals, churn, lessons];

const expandGroups = (groups: GroupSpec[], seed = 1): Plan =>
  expandPlan(scenarioOf(groups, { seed }), 'ab12');
/** Participants of a group, without values that depend on other groups. */
const ofGroup = ({ participants }: Plan, name: string): unknown[] =>
  participants
    .filter(({ group }) => group === name)
    .map(({ room, role, joinAtMs, leaveAtMs }) => [room, role, joinAtMs, leaveAtMs]);

describe('expandPlan with any executor', () => {
  it.each(all)(
    'gives the same plan for the same seed, all sessions within their room’s lifetime: $type',
    (executor) => {
      const groups = [groupOf(executor, { joinSpreadMs: 6_000, startMs: 3_000 })];
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const plan = expandGroups(groups, seed);
          expect(expandGroups(groups, seed)).toEqual(plan);
          const { participants, endAtMs, lastJoinAtMs } = plan;
          expect(participants.map(({ index }) => index)).toEqual(
            participants.map((_, index) => index),
          );
          expect(new Set(participants.map(({ identity }) => identity)).size).toBe(
            participants.length,
          );
          let before = 3_000;
          for (const { joinAtMs, leaveAtMs } of participants) {
            expect(joinAtMs).toBeGreaterThanOrEqual(before);
            expect(leaveAtMs - joinAtMs).toBeGreaterThan(MIN_SESSION_MS - 1e-6);
            expect(leaveAtMs).toBeLessThanOrEqual(endAtMs);
            before = joinAtMs;
          }
          expect(Math.max(...participants.map(({ leaveAtMs }) => leaveAtMs))).toBe(endAtMs);
          expect(lastJoinAtMs).toBeLessThanOrEqual(before);
        }),
        { numRuns: 30 },
      );
    },
  );

  it.each([ramp, arrivals, churn, lessons])(
    'gives another plan for another seed: $type',
    (executor) => {
      const groups = [groupOf(executor, { joinSpreadMs: 2_000 })];
      expect(ofGroup(expandGroups(groups, 1), 'rooms')).not.toEqual(
        ofGroup(expandGroups(groups, 2), 'rooms'),
      );
    },
  );

  it.each(all)('does not change a group when another is added: $type', (executor) => {
    const one = groupOf(executor, { name: 'one', joinSpreadMs: 2_000 });
    const two = groupOf(arrivals, { name: 'two' });
    const three = groupOf(churn, { name: 'three' });
    expect(ofGroup(expandGroups([two, one, three]), 'one')).toEqual(
      ofGroup(expandGroups([one, three]), 'one'),
    );
  });

  it('spreads joins after the room opened, in the order of slots, at least a second before it closes', () => {
    const roles = [roleOf({ name: 'host', count: 1 }), roleOf({ name: 'guest', count: 6 })];
    const { participants } = expandGroups([groupOf(ramp, { joinSpreadMs: 30_000, roles })]);
    for (const members of Map.groupBy(participants, ({ room }) => room).values()) {
      expect(members).toHaveLength(7);
      expect(members[0]?.role).toBe('host');
      const opened = Math.min(...members.map(({ joinAtMs }) => joinAtMs));
      expect(Math.max(...members.map(({ joinAtMs }) => joinAtMs)) - opened).toBeLessThanOrEqual(
        30_000,
      );
    }
  });
});

describe('expandPlan with several groups', () => {
  it('puts groups that name the same room into it', () => {
    const stage = groupOf(constant(1, 60_000), {
      name: 'stage',
      room: 'hall',
      roles: [roleOf({ name: 'speaker', count: 2 })],
    });
    const viewer = roleOf({ name: 'viewer', count: 3, publish: [] });
    const early = groupOf(constant(1, 20_000), {
      name: 'early',
      room: 'hall',
      startMs: 1_000,
      roles: [viewer],
    });
    const late = groupOf(constant(1, 20_000), {
      name: 'late',
      room: 'hall',
      startMs: 30_000,
      roles: [viewer],
    });
    const plan = expandGroups([stage, early, late]);
    expect(new Set(plan.participants.map(({ room }) => room))).toEqual(new Set(['hall']));
    expect(
      plan.participants.map(({ role, expectedTracks }) => [role, expectedTracks.audio]),
    ).toEqual([['speaker', 1], ['speaker', 1], ...Array.from({ length: 6 }, () => ['viewer', 2])]);
    expect(plan.participants.map(({ identity }) => identity)).toContain('ab12-late-1-v3');
    expect(plan.endAtMs).toBe(60_100);
  });

  it('expects a shorter overlap only in rooms that are open for a shorter time', () => {
    const lesson = (durationMs: number): ExecutorSpec =>
      ({
        ...lessons,
        lessons: [{ name: 'one', atMs: 0, rooms: 1, joinSpreadMs: 0, durationMs }],
      }) as ExecutorSpec;
    const expected = (...executors: ExecutorSpec[]): number[] =>
      expandGroups(
        executors.map((executor, n) =>
          groupOf(executor, { name: `g${n}`, room: 'hall', roles: [roleOf({ count: 1 })] }),
        ),
      ).participants.map(({ expectedTracks }) => expectedTracks.audio);
    expect(expected(constant(1, 2_000), constant(1, 2_000))).toEqual([1, 1]);
    expect(expected(constant(1, 2_000), constant(1, 20_000))).toEqual([0, 0]);
    expect(expected(lesson(4_000), lesson(4_000))).toEqual([1, 1]);
    expect(expected(lesson(4_000), constant(1, 20_000))).toEqual([0, 0]);
  });

  it('keeps rooms of different groups apart, even with similar names', () => {
    const groups = [groupOf(constant(2), { name: 'a' }), groupOf(constant(2), { name: 'a-1' })];
    const { participants } = expandGroups(groups);
    expect(new Set(participants.map(({ room }) => room)).size).toBe(4);
    expect(new Set(participants.map(({ identity }) => identity)).size).toBe(8);
  });

  it('names roles with the same initial in full, and numbers participants that replace each other', () => {
    const roles = [
      roleOf({ name: 'viewer', count: 1 }),
      roleOf({ name: 'visitor2', count: 11 }),
      roleOf({ name: 'host', count: 1, permanent: true }),
    ];
    const names = expandGroups([groupOf({ ...churn, rooms: 1 }, { roles })]).participants.map(
      ({ identity }) => identity,
    );
    expect(names).toContain('ab12-1-viewer1.1');
    expect(names).toContain('ab12-1-visitor2-11.2');
    expect(names).toContain('ab12-1-h1');
    expect(new Set(names).size).toBe(names.length);
  });

  it('makes identities unique for any names', () => {
    const roles = [roleOf({ name: 'x9', count: 2 }), roleOf({ name: 'x9-', count: 2 })];
    const { participants } = expandGroups([groupOf(constant(1), { roles })]);
    expect(new Set(participants.map(({ identity }) => identity)).size).toBe(4);
  });

  it('names the group, the problem and the remedy of a plan that is not possible', () => {
    const tooMany = groupOf({ ...arrivals, rate: 100_000, maxRooms: null }, { name: 'storm' });
    expect(() => expandGroups([tooMany])).toThrow(/^groups\.storm: more than 200000 participants/);
    const half = groupOf(constant(60_000), { roles: [roleOf({ count: 2 })] });
    expect(() => expandGroups([half, { ...half, name: 'more' }])).toThrow(
      /more than 200000 participants/,
    );
    expect(() => expandGroups([groupOf(constant(2), { room: 'hall' })])).toThrow(
      /groups\.rooms: names one room \("hall"\)/,
    );
    expect(() => expandGroups([groupOf(constant(2), { roles: [roleOf({ count: 0 })] })])).toThrow(
      /no participant would join/,
    );
    const once = {
      ...lessons,
      lessons: [{ name: 'first', atMs: 0, rooms: 1, joinSpreadMs: 0, durationMs: 9_000 }],
    };
    const again = {
      ...once,
      lessons: [
        ...once.lessons,
        { name: 'second', atMs: 9_000, rooms: 1, joinSpreadMs: 0, durationMs: 9_000 },
      ],
    };
    expect(expandGroups([groupOf(again, { room: 'hall' })]).participants).toHaveLength(4);
  });
});

describe('the windows of a plan', () => {
  const window = (plan: Plan, name: string) => plan.windows.find((one) => one.name === name);

  it('include joining and steady, stages with their group, and windows of the scenario', () => {
    const groups = [groupOf(ramp, { startMs: 1_000 })];
    const windows = [
      { name: 'middle', fromMs: 30_000, toMs: 40_000 },
      { name: 'rest', fromMs: 50_000, toMs: null },
    ];
    const plan = expandPlan(scenarioOf(groups, { windows }), 'r');
    expect(
      plan.windows.map(({ name, fromMs, toMs, source, group }) => [
        name,
        fromMs,
        toMs,
        source,
        group,
      ]),
    ).toEqual([
      ['joining', 0, 21_001, 'builtin', undefined],
      ['up', 1_000, 21_000, 'stage', 'rooms'],
      ['steady', 21_000, 55_000, 'builtin', undefined],
      ['peak', 21_000, 51_000, 'stage', 'rooms'],
      ['middle', 30_000, 40_000, 'custom', undefined],
      ['rest', 50_000, 71_000, 'custom', undefined],
      ['down', 51_000, 71_000, 'stage', 'rooms'],
    ]);
  });

  it('are steady while most participants are connected, if some join after others have left', () => {
    expect(window(expandGroups([groupOf(lessons)]), 'steady')).toMatchObject({
      fromMs: expect.any(Number),
      toMs: 20_000,
    });
  });

  it('are steady from the first join to the last leave, if participants join and leave all the time', () => {
    const busy = { ...churn, rooms: 30 };
    const plan = expandGroups([groupOf(busy)]);
    expect(window(plan, 'steady')).toMatchObject({ fromMs: 0, toMs: plan.endAtMs });
    // Participants that replace others do not extend the joining window.
    expect(plan.lastJoinAtMs).toBe(59 * 250);
  });

  it('must begin before the end of the run', () => {
    const windows = [{ name: 'evening', fromMs: 90_000, toMs: null }];
    expect(() => expandPlan(scenarioOf([groupOf(ramp)], { windows }), 'r')).toThrow(
      /"evening" begins 1m 30s .* ends after 1m 10s/,
    );
  });
});

describe('a large plan', () => {
  // An algorithm of quadratic complexity would not end within the time limit of a test.
  it('has all its participants', () => {
    const talkers = groupOf({ ...constant(35_000), joinRate: 1_000 } as ExecutorSpec, {
      roles: [roleOf({ count: 2 })],
    });
    const visitors = groupOf(
      { ...churn, rooms: 1_500, joinRate: 100, durationMs: 300_000 } as ExecutorSpec,
      {
        name: 'lobbies',
        roles: [roleOf({ count: 2 })],
      },
    );
    const { participants } = expandGroups([talkers, visitors]);
    expect(participants.length).toBeGreaterThan(120_000);
  });
});
