import type { DrillEvent, EventLine, RecordLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { variedDrill } from '../../test/support/drill-results.ts';
import type { DrillResult } from '../measure/drill-result.ts';
import type { SubscriptionRecovery } from '../measure/recovery.ts';
import { createRollFold } from './measure-roll.ts';
import type { RollRequest } from './roll-request.ts';
import type { RollResult } from './roll-result.ts';

const release = { program: '1.13.4', config: {}, configFile: null, label: '1.13.4' };
const REQUEST: RollRequest = {
  ...{ from: release, to: release, order: 'in-place', drainMs: 30_000, end: 'sigkill' },
  ...{ gateMs: 30_000, settleMs: 15_000, rollback: false },
};

type Step = Extract<DrillEvent, { event: 'node_changed' }>;

const step = (at: number, component: string, name: Step['step'], more: Partial<Step> = {}) =>
  ({
    ...{ type: 'drill', at, event: 'node_changed', id: component, component, step: name },
    ...{ nodeId: null, version: null, rooms: [], detail: null, ...more },
  }) satisfies RecordLine;

const phase = (at: number, name: 'forward' | 'undo' | 'rollback' | 'done'): RecordLine => ({
  ...{ type: 'drill', at, event: 'roll_phase', phase: name },
  reason:
    name === 'undo' ? { code: 'gate_failed', component: 'node-2', message: 'no answer' } : null,
});

const joined = (identity: string, room: string): EventLine => ({
  ...{ type: 'event', at: 100, event: 'joined', identity, room, role: 'participant', group: 'g' },
});

/** Result of a roll of two nodes with these lines. */
const resultOf = (...lines: RecordLine[]): RollResult => resultOfDrill(variedDrill(), lines);

const resultOfDrill = (drill: DrillResult, lines: readonly RecordLine[]): RollResult => {
  const fold = createRollFold();
  for (const line of lines) fold.add(line);
  return fold.result(
    REQUEST,
    { ...drill, server: { host: '127.0.0.1:1', isLab: true, nodes: 2 } },
    { participants: [], scenario: { groups: [] } },
  );
};

const changed = (component: string, at: number): RecordLine[] => [
  step(at, component, 'draining', { rooms: ['a'] }),
  step(at + 30_000, component, 'cutting', { rooms: ['a'] }),
  step(at + 30_100, component, 'stopped'),
  step(at + 30_200, component, 'starting', { version: '1.13.4' }),
  step(at + 32_000, component, 'ready', { nodeId: `ND_${component}` }),
  step(at + 32_500, component, 'checked'),
];

test('measures the steps of each node, the calls that were cut, and the time in mixed releases', () => {
  const result = resultOf(
    ...[joined('p1', 'a'), joined('p2', 'a'), joined('p3', 'b')],
    phase(1_000, 'forward'),
    ...changed('node-1', 1_000),
    ...changed('node-2', 40_000),
    phase(90_000, 'done'),
  );
  expect(result.outcome).toBe('rolled');
  expect(result.nodes).toMatchObject([
    {
      ...{ component: 'node-1', phase: 'forward', version: '1.13.4', drainingAt: 1_000 },
      ...{ cutAt: 31_000, stoppedAt: 31_100, readyAt: 33_000, checkedAt: 33_500 },
      ...{ roomsBefore: 1, roomsCut: 1, participantsCut: 2, checkFailed: null },
    },
    { component: 'node-2', drainingAt: 40_000 },
  ]);
  // From the first node that is ready to the last one.
  expect(result.mixedMs).toBe(72_000 - 33_000);
});

test('an undone roll has the reason, and both ways of each node', () => {
  const result = resultOf(
    phase(1_000, 'forward'),
    ...changed('node-1', 1_000),
    step(40_000, 'node-2', 'check_failed', { detail: 'no answer' }),
    phase(41_000, 'undo'),
    step(41_000, 'node-1', 'draining'),
    step(41_500, 'node-1', 'stopped'),
    step(41_600, 'node-1', 'starting', { version: '1.11.0' }),
    step(43_000, 'node-1', 'ready', { nodeId: 'ND_back' }),
    phase(50_000, 'done'),
  );
  expect(result.outcome).toBe('undone');
  expect(result.stoppedBy).toMatchObject({ code: 'gate_failed', component: 'node-2' });
  expect(result.nodes.map((one) => `${one.component} ${one.phase} ${one.version}`)).toEqual([
    'node-1 forward 1.13.4',
    'node-2 forward null',
    'node-1 undo 1.11.0',
  ]);
  expect(result.mixedMs).toBe(41_500 - 33_000);
});

test('counts joins since the first drain only', () => {
  const failed: EventLine = { ...joined('p9', 'b'), at: 2_000, event: 'join_failed' };
  const { joins } = resultOf(
    joined('p1', 'a'),
    phase(1_000, 'forward'),
    step(1_000, 'node-1', 'draining'),
    { ...joined('p2', 'b'), at: 1_500 },
    failed,
  );
  expect(joins).toEqual({ attempted: 2, failed: 1 });
});

test('counts each interruption at the node whose change had begun last', () => {
  const subscription = (
    subscriber: string,
    ...interruptions: NonNullable<SubscriptionRecovery['interruptions']>
  ): SubscriptionRecovery => {
    const [first] = interruptions;
    return {
      ...{ room: 'a', subscriber, publisher: 'p1', kind: 'audio', timeToRecoverMs: 0 },
      ...{ interruptionMs: 0, lastPacketAt: first?.fromAt ?? null },
      firstPacketAt: first?.toAt ?? null,
      ...(interruptions.length > 1 && { interruptions }),
    };
  };
  const drill = variedDrill();
  const subscriptions = [
    subscription('p2', { fromAt: 31_000, toAt: 40_500 }, { fromAt: 70_000, toAt: 72_000 }),
    subscription('p3', { fromAt: 39_700, toAt: null }),
    // Before the roll.
    subscription('p4', { fromAt: 400, toAt: 950 }),
    subscription('p5'),
  ];
  const { nodes } = resultOfDrill(
    {
      ...drill,
      repeats: drill.repeats.map((one) => ({
        ...one,
        recovery: { ...one.recovery, subscriptions },
      })),
    },
    [phase(1_000, 'forward'), ...changed('node-1', 1_000), ...changed('node-2', 40_000)],
  );
  expect(nodes).toMatchObject([
    { component: 'node-1', pairsInterrupted: 1, longestInterruptionMs: 9_500 },
    { component: 'node-2', pairsInterrupted: 2, longestInterruptionMs: null },
  ]);
});

test('a roll that is interrupted after its first drain is undone, and nothing else is', () => {
  const interrupted = [phase(1_000, 'forward'), ...changed('node-1', 1_000)];
  expect(resultOf(...interrupted)).toMatchObject({ outcome: 'undone', stoppedBy: null });
  expect(resultOf(phase(1_000, 'forward')).outcome).toBe('not_rolled');
});

test('the drain of a spare node at the end is a change of its own', () => {
  const { nodes } = resultOf(
    phase(1_000, 'forward'),
    step(1_000, 'node-3', 'starting', { version: '1.13.5' }),
    step(2_000, 'node-3', 'ready', { nodeId: 'ND_spare' }),
    ...changed('node-1', 3_000),
    step(60_000, 'node-3', 'draining', { rooms: ['a'] }),
    step(60_500, 'node-3', 'stopped'),
    phase(90_000, 'done'),
  );
  expect(nodes).toMatchObject([
    { component: 'node-3', version: '1.13.5', readyAt: 2_000, drainingAt: null, stoppedAt: null },
    { component: 'node-1' },
    { component: 'node-3', version: null, drainingAt: 60_000, stoppedAt: 60_500, roomsBefore: 1 },
  ]);
});
