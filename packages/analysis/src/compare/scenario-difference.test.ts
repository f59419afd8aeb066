import { parseThreshold } from '@livekit-swarm/metrics';
import type { Scenario } from '@livekit-swarm/scenario';
import { scenarioOfLoad, specOf } from '@livekit-swarm/testkit/load-spec';
import { expect, test } from 'vitest';
import { formatDifference, scenarioDifferences } from './scenario-difference.ts';

const scenario = scenarioOfLoad(specOf({ rooms: 20, publish: ['audio', 'video'], subscribers: 1 }));
const scenarioWith = (change: Partial<Scenario['groups'][number]>): Scenario => ({
  ...scenario,
  groups: scenario.groups.map((group) => ({ ...group, ...change })),
});
const between = (base: Scenario, current: Scenario) => {
  const { decisive, harmless } = scenarioDifferences(base, current);
  return { decisive: decisive.map(formatDifference), harmless: harmless.map(formatDifference) };
};

test('a scenario does not differ from itself', () => {
  expect(between(scenario, structuredClone(scenario))).toEqual({ decisive: [], harmless: [] });
});

test('a number is named by its path in the file, with units', () => {
  const more = scenarioWith({
    executor: { type: 'constant-rooms', rooms: 30, joinRate: 50, durationMs: 60_000 },
    joinSpreadMs: 500,
  });
  expect(between(scenario, more).decisive).toEqual([
    'groups.load.joinSpread: 0ms → 500ms',
    'groups.load.rooms: 20 → 30',
    'groups.load.duration: 30s → 1m',
  ]);
});

test('durations with the same text are distinguished', () => {
  const long = (durationMs: number): Scenario =>
    scenarioWith({ executor: { type: 'constant-rooms', rooms: 20, joinRate: 50, durationMs } });
  expect(between(long(90_000), long(90_400)).decisive).toEqual([
    'groups.load.duration: 90000 ms → 90400 ms',
  ]);
});

test('roles and tracks are named', () => {
  const quiet = scenarioWith({
    roles: (scenario.groups[0]?.roles ?? []).map((role) => ({
      ...role,
      publish: role.publish.filter(({ kind }) => kind === 'audio'),
      layout: { type: 'none' },
    })),
  });
  expect(between(scenario, quiet).decisive).toEqual([
    'groups.load.roles.publisher.publish.2.kind: video → –',
    'groups.load.roles.publisher.publish.2.source: camera → –',
    'groups.load.roles.publisher.publish.2.codec: vp8 → –',
    'groups.load.roles.publisher.publish.2.resolution: 720p → –',
    'groups.load.roles.publisher.publish.2.simulcast: false → –',
    'groups.load.roles.publisher.layout.type: all → none',
    'groups.load.roles.subscriber.layout.type: all → none',
  ]);
});

test('another executor or another order of roles is another load', () => {
  const lessons = scenarioWith({
    executor: {
      type: 'timetable',
      lessons: [{ name: 'first', atMs: 0, rooms: 20, joinSpreadMs: 1_000, durationMs: 30_000 }],
    },
  });
  expect(between(scenario, lessons).decisive).toEqual(
    expect.arrayContaining([
      'groups.load.executor: constant-rooms → timetable',
      'groups.load.lessons.first.rooms: – → 20',
    ]),
  );
  const reversed = scenarioWith({ roles: [...(scenario.groups[0]?.roles ?? [])].reverse() });
  expect(between(scenario, reversed).decisive).toEqual([
    'groups.load.roles.order: publisher, subscriber → subscriber, publisher',
  ]);
});

test('an added group is reported without the order of groups', () => {
  const [group] = scenario.groups;
  if (group === undefined) throw new Error('no group');
  const more: Scenario = { ...scenario, groups: [group, { ...group, name: 'extra' }] };
  const { decisive } = between(scenario, more);
  expect(decisive).toContain('groups.extra.rooms: – → 20');
  expect(decisive.some((line) => line.includes('order'))).toBe(false);
});

test('settings that do not change the load are harmless', () => {
  const other: Scenario = {
    ...scenarioWith({ roomPrefix: 'other' }),
    name: 'nightly',
    description: 'every night',
    tags: { team: 'voice' },
    seed: 2,
    thresholds: [parseThreshold('jitter: p(95)<30')],
    windows: [{ name: 'peak', fromMs: 0, toMs: null }],
  };
  expect(between(scenario, other)).toEqual({
    decisive: [],
    harmless: [
      'name: swarm → nightly',
      'seed: 1 → 2',
      'groups.load.roomPrefix: swarm → other',
      'description: – → every night',
      'tags.team: – → voice',
      'windows.peak.from: – → 0ms',
      'thresholds: – → jitter: p(95)<30',
    ],
  });
});

test('the name of a single room is harmless; one room instead of many is not', () => {
  expect(between(scenarioWith({ room: 'a' }), scenarioWith({ room: 'b' }))).toEqual({
    decisive: [],
    harmless: ['groups.load.room: a → b'],
  });
  expect(between(scenario, scenarioWith({ room: 'a' })).decisive).toEqual([
    'groups.load.room: – → a',
  ]);
});
