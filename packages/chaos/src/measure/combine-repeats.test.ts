import { describe, expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import type { FailedProbe, KnownOutcome } from '../drill/drill.ts';
import { combineRepeats } from './combine-repeats.ts';
import type { RepeatResult, RepeatVerdict } from './drill-result.ts';

const repeat = (
  verdict: RepeatVerdict,
  rtoMax: number | null = null,
  failing: FailedProbe[] = [],
): RepeatResult =>
  ({
    verdict,
    failing,
    recovery: {
      pairsHit: rtoMax === null ? 0 : 12,
      rto: rtoMax === null ? null : { p50: rtoMax / 2, p95: rtoMax, max: rtoMax },
    },
  }) as RepeatResult;

const known: KnownOutcome = {
  server: '1.13.4',
  fails: ['split-brain'],
  sometimes: ['never-recovered'],
  because: 'of a reason',
};

const combine = (
  repeats: RepeatResult[],
  changes: { known?: KnownOutcome | null; version?: string } = {},
) =>
  combineRepeats({
    drill: drillOf({ known: changes.known ?? null }),
    target: 'lab of 3 nodes',
    startedAt: '2026-11-21T08:57:39.000Z',
    repeats,
    versions: new Set([changes.version ?? '1.13.4']),
  });

describe('repeats together', () => {
  it('have the least, the middle and the most', () => {
    const { spread } = combine([
      repeat('passed', 13_000),
      repeat('passed', 10_000),
      repeat('failed', 11_000, ['rto']),
    ]);
    expect(spread.rtoMax).toEqual({ min: 10_000, median: 11_000, max: 13_000 });
  });

  it('have the middle of two between them', () =>
    expect(
      combine([repeat('passed', 10_000), repeat('passed', 12_000)]).spread.rtoMax?.median,
    ).toBe(11_000));

  it('leave out of the spread what could not be measured', () =>
    expect(
      combine([repeat('inconclusive', 99_000), repeat('passed', 10_000)]).spread.rtoMax?.max,
    ).toBe(10_000));

  it('are as bad as the worst of them', () => {
    expect(combine([repeat('passed'), repeat('failed')]).verdict).toBe('failed');
    expect(combine([repeat('void'), repeat('inconclusive')]).verdict).toBe('inconclusive');
    expect(combine([repeat('void'), repeat('passed')]).verdict).toBe('passed');
    expect(combine([]).verdict).toBe('void');
    // Asked for once, and made again.
    expect(combine([repeat('failed'), repeat('void')]).verdict).toBe('failed');
  });

  it('count every outcome', () =>
    expect(
      combine([
        repeat('passed', 9_000),
        repeat('failed', 9_000, ['never-recovered', 'split-brain']),
        repeat('passed', 8_000),
        repeat('passed'),
      ]).outcomes,
    ).toEqual([
      { outcome: 'recovered', times: 2 },
      { outcome: 'failed: never-recovered, split-brain', times: 1 },
      { outcome: 'nobody noticed', times: 1 },
    ]));
});

describe('what is known of a server', () => {
  const failed = repeat('failed', 1, ['split-brain']);
  it.each([
    ['as-known', [failed], '1.13.4'],
    ['as-known', [failed, repeat('failed', 1, ['never-recovered', 'split-brain'])], '1.13.4'],
    ['better', [repeat('passed', 1)], '1.13.4'],
    ['better', [repeat('passed', 1)], '1.14.0'],
    ['better', [repeat('failed', 1, ['never-recovered'])], '1.14.0'],
    ['otherwise', [repeat('failed', 1, ['ghosts', 'split-brain'])], '1.13.4'],
    ['none', [repeat('void')], '1.13.4'],
    ['none', [failed], '1.14.0'],
  ] as const)('is %s', (knowledge, repeats, version) =>
    expect(combine([...repeats], { known, version }).knowledge).toBe(knowledge),
  );

  it('is nothing where the drill says nothing', () =>
    expect(combine([failed]).knowledge).toBe('none'));

  it('is not refuted by one repeat that went well: outcomes are bimodal', () =>
    expect(combine([repeat('passed', 1), failed], { known }).knowledge).toBe('as-known'));
});
