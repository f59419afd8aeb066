/** Facts of a comparison besides its metrics. */
import type { Side } from './comparability.ts';
import { failureOf, incomparableReason } from './comparability.ts';
import type { FigureComparison } from './comparison.ts';
import type { ComparisonNote, ComparisonReason, Exclusion } from './comparison-facts.ts';
import type { MeasuredRun } from './figures.ts';
import { marginScale } from './margin.ts';

/** Failures of current runs if no base run failed. */
export const failureReasons = (base: Side, current: Side): ComparisonReason[] => {
  if (base.runs.some((run) => failureOf(run) !== null)) return [];
  return current.runs.flatMap((run) => {
    const failure = failureOf(run);
    return failure === null ? [] : [{ code: 'run_failed', run: run.name, failure }];
  });
};

/** Reason why a run is not compared. */
export const exclusionOf = (run: MeasuredRun): Exclusion =>
  incomparableReason(run) ?? failureOf(run) ?? { code: 'other_run_of_round' };

/**
 * Reason why there are too few runs to compare.
 * @param was number of comparable base runs
 * @param is number of comparable current runs
 */
export const tooFewReason = (
  base: Side,
  current: Side,
  was: number,
  is: number,
): ComparisonReason => {
  const side = was === 0 ? base : is === 0 ? current : null;
  if (side === null) return { code: 'too_few_runs' };
  if (side.runs.length === 0) return { code: 'no_runs', side: side.name };
  return {
    code: 'no_comparable_runs',
    side: side.name,
    runs: side.runs.map((run) => ({ name: run.name, exclusion: exclusionOf(run) })),
  };
};

/**
 * Returns true if a figure may be missing: it is measured only after an impairment, or only of a
 * deployment whose metrics are known. A figure with a threshold may be missing only if it depends
 * on an impairment.
 */
const mayBeMissing = ({ metric, hasThreshold }: FigureComparison): boolean =>
  metric === 'reconnect_time' || (metric.startsWith('server_') && !hasThreshold);

export const lostReasons = (figures: readonly FigureComparison[]): ComparisonReason[] => {
  if (figures.every(({ verdict }) => verdict === 'not_comparable'))
    return [{ code: 'metrics_not_measured' }];
  const lost = figures.filter(
    (figure) => figure.base !== null && figure.current === null && !mayBeMissing(figure),
  );
  return lost.length === 0 ? [] : [{ code: 'metrics_lost', figures: keysOf(lost) }];
};

const HIDDEN_FROM = 3;

/**
 * Note on figures that may have changed by several tolerances without this comparison being able to
 * detect it.
 */
export const hiddenChangeNotes = (figures: readonly FigureComparison[]): ComparisonNote[] => {
  const hidden = figures.filter(({ verdict, hasThreshold, interval, base, margin, better }) => {
    if (verdict !== 'no_difference' || !hasThreshold || interval === null || base === null)
      return false;
    const scale = marginScale(margin);
    const worst = base.median + (better === 'lower' ? interval.to : interval.from);
    return Math.abs(scale.of(worst) - scale.of(base.median)) > HIDDEN_FROM;
  });
  return hidden.length === 0 ? [] : [{ code: 'small_changes_hidden', figures: keysOf(hidden) }];
};

const keysOf = (figures: readonly FigureComparison[]): string[] => figures.map(({ key }) => key);

/**
 * Note on thresholds that only current runs crossed. A threshold belongs to the verdict of its own
 * run; the comparison only mentions it.
 */
export const crossedNotes = (base: Side, current: Side): ComparisonNote[] => {
  const crossed = ({ runs }: Side): Set<string> =>
    new Set(
      runs.flatMap(({ decision }) =>
        decision.thresholds
          .filter(({ ok }) => ok === false)
          .map(({ metric, expression }) => `${metric}: ${expression}`),
      ),
    );
  const before = crossed(base);
  const added = [...crossed(current)].filter((threshold) => !before.has(threshold));
  return added.length === 0
    ? []
    : [
        {
          code: 'thresholds_crossed',
          base: base.name,
          current: current.name,
          thresholds: added,
        },
      ];
};
