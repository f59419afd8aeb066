import type { DrillLine } from '@livekit-swarm/record';
import { describe, expect, test } from 'vitest';
import { createContinuityFold, stateLost } from './continuity.ts';

type Read = Extract<DrillLine, { event: 'state_read' }>;

const attempt = (at: number, failure: string | null, probe: 'api' | 'join' = 'api', tookMs = 5) =>
  ({ type: 'drill', event: 'continuity_probed', at, probe, tookMs, failure }) as const;

const read = (changes: Partial<Read>): Read => ({
  ...{ type: 'drill', event: 'state_read', at: 60_000, kind: 'mark', written: 10, lost: 0 },
  ...{ changed: 0, returned: 0, lostFromAt: null, lostToAt: null, failure: null },
  ...changes,
});

const resultOf = (
  faultAt: number | number[],
  ...lines: Parameters<ReturnType<typeof createContinuityFold>['add']>[0][]
) => {
  const fold = createContinuityFold();
  for (const line of lines) fold.add(line);
  return fold.result([faultAt].flat());
};

test('a drill without continuity has none', () => expect(resultOf([])).toBeNull());

describe('recovery time', () => {
  test('ends with the first success after the last failure, of all probes', () => {
    const result = resultOf(
      10_000,
      attempt(9_000, 'before the fault'),
      attempt(9_750, null),
      attempt(10_250, 'refused'),
      attempt(11_000, null),
      attempt(12_000, 'no nodes'),
      attempt(12_250, 'no nodes'),
      attempt(13_000, null),
      attempt(10_000, null, 'join'),
      attempt(11_500, 'timeout', 'join'),
      attempt(14_750, null, 'join'),
    );
    expect(result).toMatchObject({
      rtoMs: 4_755,
      rpoMs: null,
      probes: [
        { probe: 'api', attempts: 7, failed: 4, firstFailureMs: 250, worksAgainMs: 3_005 },
        { probe: 'join', attempts: 3, failed: 1, firstFailureMs: 1_500, worksAgainMs: 4_755 },
      ],
    });
    expect(result?.probes[0]?.failure).toBe('no nodes');
  });

  test('ends when an attempt succeeds, not when it begins', () => {
    // It began when the API was still down, and waited for it.
    const slow = attempt(12_500, null, 'api', 4_000);
    const quick = attempt(16_000, null, 'api', 100);
    expect(resultOf(10_000, attempt(12_000, 'refused'), slow)?.rtoMs).toBe(6_500);
    expect(resultOf(10_000, attempt(12_000, 'refused'), slow, quick)?.rtoMs).toBe(6_100);
  });

  test('is 0 without a failure, and unknown if the last attempt failed', () => {
    expect(resultOf(0, attempt(1, null))?.rtoMs).toBe(0);
    expect(resultOf(0, attempt(1, null), attempt(2, 'refused'))?.rtoMs).toBeNull();
  });
});

test('of several faults, the last one before the outage counts', () => {
  const attempts = [attempt(20_250, 'refused'), attempt(24_000, null)];
  expect(resultOf([10_000, 20_000, 30_000], ...attempts)?.rtoMs).toBe(4_005);
});

describe('lost state', () => {
  test('the RPO is the age of the oldest lost mark when the outage began', () => {
    const marks = read({ lost: 3, lostFromAt: 20_000, lostToAt: 29_000 });
    expect(resultOf(30_000, marks, attempt(15_000, 'a'), attempt(30_100, 'b'))?.rpoMs).toBe(10_100);
    expect(resultOf(30_000, marks)?.rpoMs).toBe(9_000);
    expect(resultOf(30_000, read({}))?.rpoMs).toBe(0);
    expect(resultOf(30_000, read({ failure: 'no answer' }))?.rpoMs).toBeNull();
  });

  test('counts records, and neither marks nor what could not be read', () => {
    const result = resultOf(
      30_000,
      read({ kind: 'room', written: 5, lost: 2 }),
      read({ kind: 'dispatch', written: 5, lost: 5 }),
      read({ kind: 'participant', failure: 'timeout' }),
      read({ lost: 7 }),
    );
    if (result === null) throw new Error('no result');
    expect(stateLost(result)).toBe(7);
    expect(result.state.map(({ kind }) => kind)).toEqual([
      ...['room', 'participant', 'dispatch', 'mark'],
    ]);
  });

  test('what was written and not read is unknown', () => {
    const written = { type: 'drill', event: 'state_written', at: 1, kind: 'room' } as const;
    const result = resultOf(2, { ...written, written: 5, failure: null });
    expect(result?.state[0]?.failure).toMatch(/ended before/);
    expect(result === null ? 0 : stateLost(result)).toBeNull();
  });
});
