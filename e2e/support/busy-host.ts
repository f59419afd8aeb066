import type { HealthCode } from '@livekit-swarm/analysis';
import type { DrillResult } from '@livekit-swarm/chaos';
import type { ComparisonOutput, ComparisonResult } from '@livekit-swarm/report/comparison';
import { describeReason } from '@livekit-swarm/report/drill';
import { expect } from 'vitest';
import type { Outcome, Result } from './swarm.ts';

/**
 * Findings that other programs on this host cause. A worker that died, an engine that failed or a
 * record with gaps is never among them.
 */
const BUSY_HOST: ReadonlySet<string> = new Set<HealthCode>([
  'cpu_starved',
  'engine_stuck',
  'event_loop_lag',
  'host_saturated',
  'late_joins',
  'late_sends',
  'process_paused',
  'socket_drops',
  'tick_lateness',
]);

/** Reason as documents of runs, drills and comparisons hold it. */
type Reason = Result['reasons'][number];

/** Codes of findings that a reason consists of. */
const findingsOf = ({ code, codes = [], finding }: Reason): string[] =>
  code === 'generator_impaired' ? [finding?.code ?? code] : codes;

/** Returns true if a reason only states that a busy host may have caused what was measured. */
const doubtsOnly = (reason: Reason): boolean => {
  switch (reason.code) {
    case 'generator_impaired':
    case 'impaired_at_times':
      return findingsOf(reason).every((code) => BUSY_HOST.has(code));
    case 'threshold_crossed':
      return reason.mayBeCausedByGenerator === true;
    case 'threshold_not_judged':
    case 'threshold_not_measured':
    case 'baseline_inconclusive':
      return true;
    default:
      return false;
  }
};

/**
 * Reasons for which runs of a comparison were left out, but for other runs of the same round. Each
 * must be that this host was busy.
 */
const runsOfBusyHost = ({ base, current }: ComparisonResult): string[] => {
  const excluded = [...base.runs, ...current.runs].flatMap(({ excludedReason }) =>
    excludedReason === null || excludedReason.code === 'other_run_of_round' ? [] : [excludedReason],
  );
  for (const reason of excluded) expect(doubtsOnly(reason), JSON.stringify(reason)).toBe(true);
  return excluded.map(({ code }) => code);
};

/**
 * Expect that a run or a drill on a healthy server passed. If this host was too busy to judge it,
 * it must be inconclusive for that reason and no other.
 */
export const expectPassedUnlessBusy = (
  exit: Outcome['exit'],
  { verdict, reasons, comparison = null }: Pick<Result, 'verdict' | 'reasons' | 'comparison'>,
): void => {
  const shown = JSON.stringify(reasons);
  expect({ exit, verdict }, shown).toEqual(
    exit === 98 ? { exit: 98, verdict: 'inconclusive' } : { exit: 0, verdict: 'passed' },
  );
  if (exit === 0) return;
  const findings = [
    ...reasons.flatMap(findingsOf),
    ...(comparison === null ? [] : runsOfBusyHost(comparison)),
  ];
  expect(findings, shown).not.toEqual([]);
  expect(reasons.filter((reason) => !doubtsOnly(reason))).toEqual([]);
};

/** Expect that a drill passed, or that every attempt was inconclusive because this host was busy. */
export const expectDrillPassedUnlessBusy = (
  exit: Outcome['exit'],
  { verdict, repeats }: DrillResult,
): void => {
  const reasons = repeats.flatMap((repeat) =>
    repeat.reasons.map((reason) => ({ text: describeReason(reason), ...reason })),
  );
  expectPassedUnlessBusy(exit, { verdict, reasons, comparison: null });
};

/**
 * Expect that two sides that are the same do not differ. Only if runs were left out because this
 * host was busy may there be too few of them to say so.
 */
export const expectNoRegressionUnlessBusy = (
  exit: Outcome['exit'],
  { comparisons }: ComparisonOutput,
): void => {
  const [comparison] = comparisons;
  if (comparison === undefined) throw new Error('nothing was compared');
  const left = runsOfBusyHost(comparison);
  const { verdict, reasons } = comparison;
  if (exit === 98) {
    expect(verdict).toBe('inconclusive');
    expect(left, JSON.stringify(reasons)).not.toEqual([]);
    return;
  }
  expect(exit, JSON.stringify(reasons)).toBe(0);
  expect(verdict).toBeOneOf(['no_difference', 'improvement']);
};

/**
 * Expect that a run does not differ from itself, unless its own record shows that this host was too
 * busy for any comparison.
 */
export const expectSameUnlessBusy = (exit: Outcome['exit'], output: ComparisonOutput): void => {
  const [comparison] = output.comparisons;
  if (comparison === undefined) throw new Error('nothing was compared');
  const isBusy = runsOfBusyHost(comparison).length > 0;
  expect({ exit, verdict: comparison.verdict }, JSON.stringify(comparison.reasons)).toEqual(
    isBusy ? { exit: 98, verdict: 'inconclusive' } : { exit: 0, verdict: 'no_difference' },
  );
};
