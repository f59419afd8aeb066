import { noRunOf, type Outcome } from '@livekit-swarm/analysis';
import { SwarmError, usageError } from '@livekit-swarm/settings';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { expect, test } from 'vitest';
import { type PlannedRun, planRun } from './plan-run.ts';
import { runSequence } from './sequence.ts';

const planned = (name: string): PlannedRun =>
  planRun({
    scenario: { ...scenarioOfLoad({ rooms: 1, durationMs: 5_000 }), name },
    target: { type: 'embedded', server: null },
    ...{ guard: ownServerGuard(), signalling: 'auto', workers: 1 },
  });

/** A sequence whose runs are made by the test. */
const sequenceOf = (
  names: readonly string[],
  carryOut: (name: string) => Outcome,
  stop = new AbortController(),
) => {
  const ended: string[] = [];
  const skipped: string[] = [];
  const outcomes = runSequence({
    runs: names.map(planned),
    stop: stop.signal,
    carryOut: async ({ plan }) => carryOut(plan.scenario.name),
    onEnded: async (_, index) => void ended.push(names[index] ?? ''),
    onSkipped: async (_, index) => void skipped.push(names[index] ?? ''),
  });
  return { outcomes, ended, skipped };
};

const failed = (name: string): Outcome =>
  noRunOf(new SwarmError('unreachable', `${name} cannot be reached`), name);

test('a run that cannot be started does not prevent the others', async () => {
  const sequence = sequenceOf(['a', 'b', 'c'], (name) => {
    if (name === 'b') throw usageError('b has a record already');
    return failed(name);
  });
  expect(await sequence.outcomes).toMatchObject([
    { scenario: 'a', exitCode: 3 },
    { scenario: 'b', exitCode: 2, reason: 'usage', message: 'b has a record already' },
    { scenario: 'c', exitCode: 3 },
  ]);
  expect(sequence).toMatchObject({ ended: ['a', 'b', 'c'], skipped: [] });
});

test('a usage error of the only run, and every other error, is thrown', async () => {
  const usage = sequenceOf(['a'], () => {
    throw usageError('a has a record already');
  });
  await expect(usage.outcomes).rejects.toThrow('a has a record already');
  const bug = sequenceOf(['a', 'b'], () => {
    throw new RangeError('a bug');
  });
  await expect(bug.outcomes).rejects.toThrow('a bug');
});

test('an interruption ends the sequence: the others are skipped', async () => {
  const stop = new AbortController();
  const sequence = sequenceOf(
    ['a', 'b', 'c'],
    (name) => {
      stop.abort();
      return failed(name);
    },
    stop,
  );
  expect(await sequence.outcomes).toMatchObject([
    { scenario: 'a', exitCode: 3 },
    { scenario: 'b', exitCode: 130, reason: 'interrupted' },
    { scenario: 'c', exitCode: 130, reason: 'interrupted' },
  ]);
  expect(sequence).toMatchObject({ ended: ['a'], skipped: ['b', 'c'] });
});
