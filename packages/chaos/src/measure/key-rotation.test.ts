import type { DrillEvent, RecordLine } from '@livekit-swarm/record';
import { expect, it } from 'vitest';
import { drillLine, FAULT_AT, faultOn, happened, load } from '../../test/support/drill-record.ts';
import { createRecoveryFold } from './measure-recovery.ts';

const rotationOf = (...lines: RecordLine[]) => {
  const fold = createRecoveryFold();
  for (const line of [...load('a-1', 'a-2'), ...faultOn('a'), ...lines]) fold.add(line);
  return fold.result().keyRotation;
};

const answered = (
  node: string,
  first: 'accepted' | 'refused' | 'unreachable',
  second: 'accepted' | 'refused' | 'unreachable',
): DrillEvent => ({
  event: 'keys_observed',
  node,
  keys: [
    { key: 'first', api: first, join: first },
    { key: 'second', api: second, join: second },
  ],
});

it('lists each change of an answer, by node and key', () => {
  const rotation = rotationOf(
    drillLine(1_000, answered('node-1', 'accepted', 'refused')),
    drillLine(1_000, answered('node-2', 'accepted', 'refused')),
    drillLine(FAULT_AT, answered('node-1', 'unreachable', 'unreachable')),
    drillLine(12_000, answered('node-1', 'accepted', 'accepted')),
  );
  expect(rotation?.answers.map(({ at, node, key, api }) => [at, node, key, api])).toEqual([
    [1_000, 'node-1', 'first', 'accepted'],
    [1_000, 'node-1', 'second', 'refused'],
    [1_000, 'node-2', 'first', 'accepted'],
    [1_000, 'node-2', 'second', 'refused'],
    [FAULT_AT, 'node-1', 'first', 'unreachable'],
    [FAULT_AT, 'node-1', 'second', 'unreachable'],
    [12_000, 'node-1', 'first', 'accepted'],
    [12_000, 'node-1', 'second', 'accepted'],
  ]);
});

it('counts webhooks by signer, and participants that were refused once each', () => {
  const refused = { event: 'join_retry', reason: 'unauthorized' } as const;
  const rotation = rotationOf(
    drillLine(2_000, { event: 'webhooks_observed', signer: 'first', count: 3 }),
    drillLine(14_000, { event: 'webhooks_observed', signer: 'first', count: 2 }),
    drillLine(15_000, { event: 'webhooks_observed', signer: 'second', count: 1 }),
    happened('a-1', 13_000, refused),
    happened('a-1', 15_000, refused),
    happened('a-2', 14_000, { event: 'join_retry', reason: 'timeout' }),
  );
  expect(rotation).toMatchObject({
    webhooks: [
      { signer: 'first', count: 5, firstAt: 2_000, lastAt: 14_000 },
      { signer: 'second', count: 1, firstAt: 15_000, lastAt: 15_000 },
    ],
    participantsRefused: [{ identity: 'a-1', at: 13_000 }],
    joinProbesRefused: 0,
  });
});

it('is null for a drill that changes no keys', () => {
  expect(rotationOf()).toBeNull();
});
