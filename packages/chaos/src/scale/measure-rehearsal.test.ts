import type { RecordLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import {
  changed,
  drillLine,
  joined,
  observed,
  scalerFileOf,
} from '../../test/support/scale-lines.ts';
import { createRehearsalFold } from './measure-rehearsal.ts';

const measure = (
  lines: readonly RecordLine[],
  planned: ((at: number) => number) | null = null,
  endAtMs = 20_000,
) => {
  const fold = createRehearsalFold(scalerFileOf());
  lines.forEach(fold.add);
  return fold.result(endAtMs, planned);
};

const decided = (at: number, from: number, to: number, why: 'load' | 'timetable' = 'load') =>
  drillLine(at, { event: 'scale_decided', from, to, why });
const ordered = (at: number, component: string, why: 'scale' | 'spot' | 'other' = 'scale') =>
  drillLine(at, { event: 'node_ordered', component, why });

test('times a new node from the crossing of the target', () => {
  const facts = measure([
    joined(500, 'a', 'node-1'),
    observed(1_000, { 'node-1': 10 }, 1),
    observed(1_500, { 'node-1': 16 }, 1),
    joined(1_900, 'b', 'node-1', 6_000),
    decided(2_000, 1, 2),
    ordered(2_000, 'node-2'),
    changed(4_000, 'node-2', 'starting'),
    // The cluster uses it before it is known to be ready.
    joined(4_900, 'c', 'node-2'),
    changed(5_000, 'node-2', 'ready'),
    observed(5_500, { 'node-1': 16, 'node-2': 0 }, 2),
    drillLine(5_600, { event: 'node_registered', component: 'node-2' }),
    joined(6_500, 'd', 'node-2'),
    observed(7_000, { 'node-1': 14, 'node-2': 2 }, 2),
  ]);
  expect(facts.steps).toEqual([
    {
      ...{ decidedAt: 2_000, from: 1, to: 2, why: 'load', crossedAt: 1_500 },
      nodes: [
        {
          ...{ component: 'node-2', orderedAt: 2_000, readyAt: 5_000 },
          ...{ registeredAt: 5_600, firstRoomAt: 4_900 },
        },
      ],
    },
  ]);
  // 16 of 15 from one reading to the next, twice.
  expect(facts).toMatchObject({ mostLoad: 16, overloadedMs: 5_500 });
  expect(facts.joins).toMatchObject({
    before: { attempted: 2, slow: 1 },
    during: { attempted: 1, lost: 0, slow: 0 },
    after: { attempted: 1 },
  });
  // Both nodes run to the end, the second one since its order.
  expect(facts.nodeMs).toBe(20_000 + 18_000);
});

test('finds the crossing that follows a decision ahead of time', () => {
  const facts = measure([
    observed(1_000, { 'node-1': 4 }, 1),
    decided(2_000, 1, 2, 'timetable'),
    observed(2_500, { 'node-1': 4 }, 2),
    observed(9_000, { 'node-1': 7, 'node-2': 5 }, 2),
  ]);
  expect(facts.steps).toMatchObject([{ decidedAt: 2_000, crossedAt: 9_000, nodes: [] }]);
});

test('counts calls that a drain cuts, apart from those of a Spot node', () => {
  const facts = measure([
    observed(0, { 'node-1': 1, 'node-2': 2, 'node-3': 1 }, 3),
    joined(100, 'a', 'node-1'),
    joined(200, 'b', 'node-2'),
    joined(300, 'c', 'node-2'),
    joined(400, 'd', 'node-3'),
    decided(3_000, 3, 2),
    changed(3_000, 'node-3', 'draining'),
    changed(4_000, 'node-3', 'stopped'),
    drillLine(5_000, {
      event: 'spot_noticed',
      ...{ component: 'node-2', noticeMs: 2_000, rooms: ['room-node-2'] },
    }),
    ordered(5_000, 'node-3', 'spot'),
    changed(5_100, 'node-2', 'draining', { id: 'spot' }),
    changed(7_000, 'node-2', 'cutting', { id: 'spot', rooms: ['room-node-2'] }),
    changed(7_100, 'node-2', 'stopped', { id: 'spot' }),
    // A new process has a new ID.
    changed(8_000, 'node-3', 'ready', { nodeId: 'ND_node-3b' }),
    joined(9_000, 'e', 'node-3b'),
    {
      type: 'event',
      at: 9_500,
      event: 'disconnected',
      identity: 'b',
      room: 'room-node-2',
      role: 'x',
    },
    {
      type: 'event',
      at: 9_600,
      event: 'reconnected',
      identity: 'c',
      room: 'room-node-2',
      role: 'x',
    },
  ]);
  expect(facts.removed).toMatchObject([
    { component: 'node-3', why: 'scale', stoppedAt: 4_000, roomsCut: 0, participantsCut: 0 },
    {
      ...{ component: 'node-2', why: 'spot', noticedAt: 5_000, drainingAt: 5_100 },
      ...{ roomsCut: 1, participantsCut: 2, replacement: { firstRoomAt: 9_000 } },
    },
  ]);
  expect(facts).toMatchObject({ disconnected: 1, recovered: 1 });
  // node-1 to the end, node-2 and node-3 to their ends, and node-3 again from its order.
  expect(facts.nodeMs).toBe(20_000 + 7_100 + 4_000 + 15_000);
});

test('counts decisions that reverse the one before within the cool-down', () => {
  const facts = measure([
    observed(0, { 'node-1': 1 }, 1),
    ...[decided(1_000, 1, 2), decided(9_000, 2, 1), decided(12_000, 1, 2), decided(13_000, 2, 3)],
    decided(19_900, 3, 2),
    decided(30_000, 2, 3),
  ]);
  expect(facts.reversals).toBe(3);
});

test('compares the time of nodes with that of a scaler that knows the load', () => {
  const lines = [
    observed(0, { 'node-1': 5 }, 1),
    observed(5_000, { 'node-1': 15 }, 1),
    observed(15_000, null, 1),
    observed(16_000, { 'node-1': 5 }, 1),
  ];
  // Two nodes from 5 s to 16 s: a reading without an answer keeps the last load.
  expect(measure(lines)).toMatchObject({ optimumMs: 31_000, optimumOf: 'load', unreadable: 0.625 });
  expect(measure(lines, (at) => (at < 10_000 ? 5 : 25))).toMatchObject({
    ...{ optimumMs: 40_000, optimumOf: 'timetable' },
  });
});

test('weighs silence of the cluster by its time, and names pods without a node', () => {
  const looks = Array.from({ length: 10 }, (_, index) =>
    observed(index * 1_000, { 'node-1': 1 }, 1),
  );
  expect(measure(looks)).toMatchObject({ unreadable: 0, unnamed: [] });
  // One look of eleven, which waited for 15 s; and one that was answered as late.
  expect(measure([...looks, observed(24_000, null, 1)]).unreadable).toBe(0.625);
  expect(measure([...looks, observed(24_000, { 'node-1': 1 }, 1)]).unreadable).toBe(0.625);
  const unnamed = [observed(0, { a: 1 }, 2), { ...observed(500, null, 2), unnamed: ['b', 'a'] }];
  expect(measure(unnamed)).toMatchObject({ unreadable: 1, unnamed: ['a', 'b'] });
});

test('states what the autoscaler of a deployment wanted, and when it did not act', () => {
  const condition = (isTrue: boolean) => ({
    ...{ type: 'ScalingActive', isTrue, reason: isTrue ? 'ValidMetricFound' : 'FailedGetMetric' },
    message: isTrue ? '' : 'no results',
  });
  const state = (at: number, desired: number, isTrue: boolean) =>
    drillLine(at, {
      event: 'autoscaler_observed',
      ...{ desired, current: 1, conditions: [condition(isTrue)] },
    });
  const file = scalerFileOf();
  const fold = createRehearsalFold({ ...file, isDeployed: true });
  for (const line of [
    state(0, 1, true),
    observed(0, { a: 1 }, 1),
    state(2_000, 1, false),
    state(5_000, 2, true),
    drillLine(5_500, { event: 'autoscaler_noticed', reason: 'SuccessfulRescale', message: 'm' }),
    state(18_000, 2, false),
  ])
    fold.add(line);
  expect(fold.result(20_000, null).autoscaler).toMatchObject({
    ...{ inactiveMs: 5_000, inactiveReason: 'FailedGetMetric: no results' },
    changes: [{ desired: 1 }, { desired: 1 }, { at: 5_000, desired: 2 }, { desired: 2 }],
    notices: [{ at: 5_500, reason: 'SuccessfulRescale', message: 'm' }],
  });
  expect(createRehearsalFold(file).result(20_000, null).autoscaler).toBeNull();
});

test('counts only rooms with participants as cut, and names ends that the autoscaler did not decide', () => {
  const facts = measure([
    observed(0, { 'node-1': 1, 'node-2': 1 }, 2),
    joined(500, 'a', 'node-1'),
    changed(6_000, 'node-1', 'cutting', { id: 'other', rooms: ['room-node-1', 'empty'] }),
    changed(6_100, 'node-1', 'stopped', { id: 'other' }),
    ordered(7_000, 'node-3', 'other'),
  ]);
  expect(facts.removed).toMatchObject([
    {
      ...{ component: 'node-1', why: 'other', roomsCut: 1, participantsCut: 1 },
      replacement: { component: 'node-3' },
    },
  ]);
});
