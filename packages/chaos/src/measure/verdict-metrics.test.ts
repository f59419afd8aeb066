import { expect, it } from 'vitest';
import { type RepeatResult, verdictMetricsOf } from './drill-result.ts';

const repeat = (
  changes: Partial<Pick<RepeatResult, 'objectives' | 'thresholds'>>,
  timeToRecover: RepeatResult['recovery']['timeToRecover'] = null,
) => ({
  verdict: 'failed' as const,
  objectives: [],
  thresholds: [],
  ...changes,
  recovery: { timeToRecover } as RepeatResult['recovery'],
});
const finding = (
  code: 'time_to_recover' | 'split_brain',
  met: boolean,
): RepeatResult['objectives'][number] => ({
  objective: 'timeToRecoverMaxMs',
  code,
  met,
  limit: 0,
  measured: 0,
});
const threshold = (ok: boolean | null) => ({ ok }) as RepeatResult['thresholds'][number];

it('has recovery times in seconds, and none without a recovery', () => {
  expect(verdictMetricsOf(repeat({})).recovery).toBeNull();
  expect(verdictMetricsOf(repeat({}, { p50: 1_500, p95: 9_000, max: 12_000 })).recovery).toEqual(
    new Map([
      [0.5, 1.5],
      [0.95, 9],
      [1, 12],
    ]),
  );
});

it('counts an objective as missed when any part of it is, and leaves out objectives that are not required', () => {
  const objectives = [
    finding('time_to_recover', false),
    finding('time_to_recover', true),
    finding('split_brain', true),
  ];
  expect(verdictMetricsOf(repeat({ objectives })).objectives).toEqual(
    new Map([
      ['time_to_recover', false],
      ['split_brain', true],
    ]),
  );
  expect(
    verdictMetricsOf(repeat({ thresholds: [threshold(true), threshold(null)] })).objectives,
  ).toEqual(new Map([['thresholds', true]]));
  expect(
    verdictMetricsOf(repeat({ thresholds: [threshold(true), threshold(false)] })).objectives,
  ).toEqual(new Map([['thresholds', false]]));
});

it('has only the verdict of a repeat without a verdict on the server', () => {
  const objectives = [finding('split_brain', true)];
  expect(
    verdictMetricsOf({ ...repeat({ objectives }, { p50: 1, p95: 1, max: 1 }), verdict: 'void' }),
  ).toEqual({
    verdict: 'void',
    recovery: null,
    objectives: new Map(),
  });
});
