import type { HealthFinding } from '@livekit-swarm/analysis';
import { expect, test } from 'vitest';
import { scalerFileOf } from '../../test/support/scale-lines.ts';
import { decideAnswer } from './decide-answer.ts';
import type { ScaleFacts } from './rehearsal.ts';

const JOINS = { attempted: 5, lost: 0, slow: 0, p95Ms: 100 };
const FACTS: ScaleFacts = {
  metric: 'participants',
  steps: [{ decidedAt: 2_000, from: 1, to: 2, why: 'load', crossedAt: 1_000, nodes: [] }],
  removed: [],
  joins: { before: JOINS, during: JOINS, after: JOINS },
  ...{ overloadedMs: 0, mostLoad: 5, reversals: 0, disconnected: 0, recovered: 0 },
  ...{
    nodeMs: 1,
    optimumMs: 1,
    optimumOf: 'load',
    unreadable: 0,
    unnamed: [],
    durationMs: 1,
    moments: [],
  },
  autoscaler: null,
};
const PASSED = { verdict: 'passed', health: [], crossed: [], codes: [] } as const;
const SLOW = [{ code: 'late_sends' } as unknown as HealthFinding];

const answerOf = (
  facts: Partial<ScaleFacts>,
  decision: Partial<Parameters<typeof decideAnswer>[2]> = {},
  objectives = '',
) =>
  decideAnswer(
    { ...FACTS, ...facts },
    scalerFileOf(objectives).objectives,
    { ...PASSED, health: [], ...decision },
    false,
  );

const codesOf = ({ answer, reasons }: ReturnType<typeof answerOf>): string[] => [
  answer,
  ...reasons.map((reason) => (reason.code === 'objective' ? reason.objective.code : reason.code)),
];

test('answers yes where every objective is met', () => {
  expect(codesOf(answerOf({}))).toEqual(['yes']);
});

test('answers no for each objective that is missed, and for thresholds of the load', () => {
  const during = { ...JOINS, lost: 1, slow: 2 };
  const facts = { joins: { ...FACTS.joins, during }, overloadedMs: 1, reversals: 1 };
  expect(codesOf(answerOf(facts))).toEqual([
    ...['no', 'joinsLost', 'slowJoins', 'overloaded', 'reversals'],
  ]);
  expect(
    codesOf(
      answerOf(
        facts,
        {},
        'objectives: { joinsLost: 1, slowJoins: 2, overloaded: 1s, reversals: 1 }',
      ),
    ),
  ).toEqual(['yes']);
  expect(codesOf(answerOf({}, { verdict: 'failed', crossed: ['loss: rate<0.1'] }))).toEqual([
    ...['no', 'threshold'],
  ]);
});

test('requires a first room on every new node where a time for it is given', () => {
  const node = { component: 'node-2', orderedAt: 2_000, readyAt: 3_000, registeredAt: 3_000 };
  const withRoom = (firstRoomAt: number | null) => ({
    steps: FACTS.steps.map((step) => ({ ...step, nodes: [{ ...node, firstRoomAt }] })),
  });
  const limit = 'objectives: { firstRoom: 5s }';
  expect(codesOf(answerOf(withRoom(6_000), {}, limit))).toEqual(['yes']);
  expect(codesOf(answerOf(withRoom(6_001), {}, limit))).toEqual(['no', 'firstRoom']);
  expect(codesOf(answerOf(withRoom(null), {}, limit))).toEqual(['no', 'firstRoom']);
});

test('answers unknown for what was not put to the test, or not seen', () => {
  expect(codesOf(answerOf({ steps: [] }))).toEqual(['unknown', 'nothing_rehearsed']);
  expect(codesOf(answerOf({ unreadable: 0.2 }))).toEqual(['unknown', 'unreadable']);
  expect(codesOf(answerOf({}, { verdict: 'inconclusive', codes: ['ended_early'] }))).toEqual([
    ...['unknown', 'load_inconclusive'],
  ]);
});

test('answers unknown where a slow load generator may be the cause', () => {
  const slow = { ...JOINS, slow: 1 };
  const facts = { joins: { ...FACTS.joins, during: slow } };
  expect(codesOf(answerOf({}, { health: SLOW }))).toEqual(['yes']);
  expect(codesOf(answerOf(facts, { health: SLOW }))).toEqual(['unknown', 'generator', 'slowJoins']);
  expect(codesOf(answerOf({}, { verdict: 'inconclusive', health: SLOW }))).toEqual([
    ...['unknown', 'generator'],
  ]);
});

test('does not know about an autoscaler that could not read its metrics', () => {
  const autoscaler = { changes: [], notices: [], inactiveReason: 'FailedGetMetric: no results' };
  const of = (inactiveMs: number) =>
    codesOf(answerOf({ durationMs: 10_000, autoscaler: { ...autoscaler, inactiveMs } }));
  expect(of(900)).toEqual(['yes']);
  expect(of(1_100)).toEqual(['unknown', 'autoscaler_inactive']);
});
