import type { DrillVerdict } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import type { KnownFailures, ObjectiveCode } from '../drill/drill.ts';
import { combineRepeats } from './combine-repeats.ts';
import type { RepeatResult } from './drill-result.ts';

const repeat = (
  verdict: DrillVerdict,
  max: number | null = null,
  failedObjectives: ObjectiveCode[] = [],
): RepeatResult =>
  ({
    verdict,
    failedObjectives,
    recovery: {
      subscriptionsInterrupted: max === null ? 0 : 12,
      timeToRecover: max === null ? null : { p50: max / 2, p95: max, max: max },
    },
  }) as RepeatResult;

const known: KnownFailures = {
  serverVersion: '1.13.4',
  always: ['split_brain'],
  sometimes: ['not_recovered'],
  reason: 'of a reason',
};

const combine = (
  repeats: RepeatResult[],
  changes: { known?: KnownFailures | null; version?: string } = {},
) =>
  combineRepeats({
    drill: drillOf({ knownFailures: changes.known ?? null }),
    deployment: 'lab of 3 nodes',
    server: null,
    startedAt: '2026-11-21T08:57:39.000Z',
    repeats,
    serverVersions: new Set([changes.version ?? '1.13.4']),
  });

describe('repeats together', () => {
  it('have a minimum, a median and a maximum', () => {
    const { spread } = combine([
      repeat('passed', 13_000),
      repeat('passed', 10_000),
      repeat('failed', 11_000, ['time_to_recover']),
    ]);
    expect(spread.timeToRecoverMax).toEqual({ min: 10_000, median: 11_000, max: 13_000 });
  });

  it('have a median between two values', () =>
    expect(
      combine([repeat('passed', 10_000), repeat('passed', 12_000)]).spread.timeToRecoverMax?.median,
    ).toBe(11_000));

  it('leave unmeasured values out of the spread', () =>
    expect(
      combine([repeat('inconclusive', 99_000), repeat('passed', 10_000)]).spread.timeToRecoverMax
        ?.max,
    ).toBe(10_000));

  it('have the most severe verdict', () => {
    expect(combine([repeat('passed'), repeat('failed')]).verdict).toBe('failed');
    expect(combine([repeat('void'), repeat('inconclusive')]).verdict).toBe('inconclusive');
    expect(combine([repeat('void'), repeat('passed')]).verdict).toBe('passed');
    expect(combine([]).verdict).toBe('void');
    // One repeat was requested, and was repeated.
    expect(combine([repeat('failed'), repeat('void')]).verdict).toBe('failed');
  });

  it('count every outcome', () =>
    expect(
      combine([
        repeat('passed', 9_000),
        repeat('failed', 9_000, ['not_recovered', 'split_brain']),
        repeat('passed', 8_000),
        repeat('passed'),
      ]).outcomes,
    ).toEqual([
      { outcome: 'recovered', failedObjectives: [], count: 2 },
      { outcome: 'failed', failedObjectives: ['not_recovered', 'split_brain'], count: 1 },
      { outcome: 'no_interruption', failedObjectives: [], count: 1 },
    ]));
});

describe('the known failures of a server version', () => {
  const failed = repeat('failed', 1, ['split_brain']);
  it.each([
    ['known_failure', [failed], '1.13.4'],
    ['known_failure', [failed, repeat('failed', 1, ['not_recovered', 'split_brain'])], '1.13.4'],
    ['better_than_known', [repeat('passed', 1)], '1.13.4'],
    ['better_than_known', [repeat('passed', 1)], '1.14.0'],
    ['better_than_known', [repeat('failed', 1, ['not_recovered'])], '1.14.0'],
    ['unexpected_failure', [repeat('failed', 1, ['ghost_rooms', 'split_brain'])], '1.13.4'],
    ['none', [repeat('void')], '1.13.4'],
    ['none', [failed], '1.14.0'],
  ] as const)('is %s', (knowledge, repeats, version) =>
    expect(combine([...repeats], { known, version }).knownFailureStatus).toBe(knowledge),
  );

  it('are not compared if the drill lists none', () =>
    expect(combine([failed]).knownFailureStatus).toBe('none'));

  it('still apply after one repeat that passed, because outcomes vary', () =>
    expect(combine([repeat('passed', 1), failed], { known }).knownFailureStatus).toBe(
      'known_failure',
    ));
});
