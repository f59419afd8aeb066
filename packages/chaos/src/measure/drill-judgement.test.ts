import { expect, it } from 'vitest';
import { judgementOf } from './drill-judgement.ts';
import type { RepeatResult } from './drill-result.ts';

const repeat = (
  changes: Partial<Pick<RepeatResult, 'findings' | 'thresholds'>>,
  rto: RepeatResult['recovery']['rto'] = null,
) => ({
  verdict: 'failed' as const,
  findings: [],
  thresholds: [],
  ...changes,
  recovery: { rto } as RepeatResult['recovery'],
});
const finding = (
  failing: 'rto' | 'split-brain',
  ok: boolean,
): RepeatResult['findings'][number] => ({
  ...{ objective: 'rtoMaxMs', failing, ok, asked: '', found: '' },
});
const threshold = (ok: boolean | null) => ({ ok }) as RepeatResult['thresholds'][number];

it('says recovery times in seconds, and nothing where nothing recovered', () => {
  expect(judgementOf(repeat({})).recovery).toBeNull();
  expect(judgementOf(repeat({}, { p50: 1_500, p95: 9_000, max: 12_000 })).recovery).toEqual(
    new Map([
      [0.5, 1.5],
      [0.95, 9],
      [1, 12],
    ]),
  );
});

it('holds an objective for missed when any part of it is, and is silent about what was not asked', () => {
  const findings = [finding('rto', false), finding('rto', true), finding('split-brain', true)];
  expect(judgementOf(repeat({ findings })).objectives).toEqual(
    new Map([
      ['rto', false],
      ['split-brain', true],
    ]),
  );
  expect(
    judgementOf(repeat({ thresholds: [threshold(true), threshold(null)] })).objectives,
  ).toEqual(new Map([['thresholds', true]]));
  expect(
    judgementOf(repeat({ thresholds: [threshold(true), threshold(false)] })).objectives,
  ).toEqual(new Map([['thresholds', false]]));
});

it('says nothing but its verdict of a repeat that tells nothing', () => {
  const findings = [finding('split-brain', true)];
  expect(
    judgementOf({ ...repeat({ findings }, { p50: 1, p95: 1, max: 1 }), verdict: 'void' }),
  ).toEqual({
    verdict: 'void',
    recovery: null,
    objectives: new Map(),
  });
});
