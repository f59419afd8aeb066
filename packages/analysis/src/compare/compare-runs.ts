/**
 * Compares two sides of runs: finds figures that differ by more than noise and by more than users
 * notice.
 */

import { aggregate, isMetricName, type MetricName, metricNames } from '@livekit-swarm/metrics';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { blocksIn, foldBlocks } from './blocks.ts';
import type { RecordedRun, Side } from './comparability.ts';
import { isComparable } from './comparability.ts';
import { compareFigures } from './compare-figures.ts';
import type {
  Comparison,
  ComparisonVerdict,
  Design,
  FigureComparison,
  Margin,
  RunFacts,
  SideFacts,
} from './comparison.ts';
import { environmentNotes } from './environment-notes.ts';
import { countSplits } from './exceedance.ts';
import { type Figure, figuresOf, type MeasuredRun } from './figures.ts';
import type { LoadSize } from './margin.ts';
import {
  DEFAULT_TOLERANCE,
  hidesSmallChanges,
  marginOf,
  marginScale,
  type Tolerance,
  widen,
} from './margin.ts';
import {
  crossedNotes,
  exclusionOf,
  failureReasons,
  hiddenChangeNotes,
  lostReasons,
  tooFewReason,
} from './reasons.ts';
import { expectSameScenario } from './scenario-difference.ts';
import { wholeRounds } from './whole-rounds.ts';

export interface CompareOptions {
  tolerance?: Tolerance;
  /**
   * Compare round by round: run n of base and run n of current used the same host, one directly
   * after the other.
   */
  paired?: boolean;
}

/**
 * Least number of rounds: each of the 2⁴ ways to swap the sides of four rounds has a probability
 * above 5 %, so that no change could be reported.
 */
const LEAST_ROUNDS = 5;
/**
 * Least number of ways to label the runs: the observed labelling must be among the strongest
 * twentieth. Enough are 3 and 3 runs, 2 and 5, or 1 and 19.
 */
const LEAST_SPLITS = 20;
/**
 * Factor on the margins where parts of one run are compared: they do not show how much runs differ.
 * Smaller changes occur between single runs of one server (docs/adr/0005).
 */
const SINGLE_RUN_FACTOR = 3;

/**
 * Compares the runs of two sides.
 * @throws SwarmError `scenario_mismatch` if the loads differ, `bad_record` if a record cannot be
 * read again
 */
export const compareRuns = async (
  base: Side,
  current: Side,
  options: CompareOptions = {},
): Promise<Comparison> => {
  const { tolerance = DEFAULT_TOLERANCE, paired = false } = options;
  const ignoredDifferences = expectSameScenario(base, current);
  const [was, is] = paired
    ? wholeRounds(base.runs, current.runs)
    : [base.runs.filter(isComparable), current.runs.filter(isComparable)];
  const design = designOf(was.length, is.length, paired);
  const units = await unitsOf(was, is, design);
  const figures = units === null ? [] : compareUnits(was, is, units, design, tolerance);
  const failures = failureReasons(base, current);
  const open =
    units === null ? [tooFewReason(base, current, was.length, is.length)] : lostReasons(figures);
  const verdict = conclude(figures, failures.length > 0, open.length > 0);
  return {
    verdict,
    exitCode:
      EXIT_CODES[
        verdict === 'regression' ? 'failed' : verdict === 'inconclusive' ? 'inconclusive' : 'passed'
      ].code,
    design,
    scenario: current.runs[0]?.summary.scenario.name ?? '',
    base: factsOf(base, was),
    current: factsOf(current, is),
    reasons: [...failures, ...open],
    notes: [
      ...(units !== null && design === 'single'
        ? [{ code: 'single_runs', factor: SINGLE_RUN_FACTOR } as const]
        : []),
      ...hiddenChangeNotes(figures),
      ...crossedNotes(base, current),
      ...environmentNotes(base.runs, current.runs),
    ],
    ignoredDifferences,
    figures,
  };
};

const designOf = (base: number, current: number, paired: boolean): Design => {
  if (paired && base >= LEAST_ROUNDS) return 'rounds';
  return countSplits(base, current) >= LEAST_SPLITS ? 'repeats' : 'single';
};

/**
 * Units of the permutation test: the runs, or parts of them where there are too few.
 * @returns null if there are not even enough parts
 */
const unitsOf = async (
  base: readonly RecordedRun[],
  current: readonly RecordedRun[],
  design: Design,
): Promise<{ base: readonly MeasuredRun[]; current: readonly MeasuredRun[] } | null> => {
  if (base.length === 0 || current.length === 0) return null;
  if (design !== 'single') return { base, current };
  const blocks = Math.min(...[...base, ...current].map(({ summary }) => blocksIn(summary.plan)));
  if (blocks === 0) return null;
  const cut = async (runs: readonly RecordedRun[]): Promise<MeasuredRun[]> => {
    const parts: MeasuredRun[] = [];
    for (const { readLines, name } of runs)
      parts.push(...(await foldBlocks(readLines(), blocks, name)));
    return parts;
  };
  return { base: await cut(base), current: await cut(current) };
};

const compareUnits = (
  base: readonly RecordedRun[],
  current: readonly RecordedRun[],
  units: { base: readonly MeasuredRun[]; current: readonly MeasuredRun[] },
  design: Design,
  tolerance: Tolerance,
): FigureComparison[] => {
  const asked = new Set<MetricName>(Object.keys(tolerance.metrics).filter(isMetricName));
  const load = loadSizeOf(base);
  const averaged = new Set(metricNames().filter((metric) => hidesSmallChanges(metric, tolerance)));
  const inputs = figuresOf([...base, ...current], asked, averaged).map((figure) => {
    const margin = marginOf(figure, tolerance, load);
    return {
      figure,
      margin:
        design === 'single'
          ? widen(margin, singleRunFactor(figure, margin, base, current))
          : margin,
    };
  });
  return compareFigures(
    inputs,
    { runs: base, units: units.base },
    { runs: current, units: units.current },
    design,
  );
};

/**
 * Factor on a margin for single runs: at least as large as the noise, which is the difference
 * between two runs of one side.
 */
const singleRunFactor = (
  figure: Figure,
  margin: Margin,
  ...sides: (readonly MeasuredRun[])[]
): number => {
  const scale = marginScale(margin);
  const ranges = sides.map((runs) => {
    const places = runs.flatMap((run) => figure.read(run) ?? []).map(scale.of);
    return places.length < 2 ? 0 : Math.max(...places) - Math.min(...places);
  });
  return Math.max(SINGLE_RUN_FACTOR, ...ranges);
};

const loadSizeOf = (runs: readonly MeasuredRun[]): LoadSize => {
  const rates = runs.map(
    ({ summary }) => aggregate(summary.metrics.measure('packets_received'), { type: 'rate' }) ?? 0,
  );
  return {
    packetsPerSecond: Math.max(0, ...rates),
    participants: Math.max(0, ...runs.map(({ summary }) => summary.plan.participants)),
  };
};

const conclude = (
  figures: readonly FigureComparison[],
  failed: boolean,
  open: boolean,
): ComparisonVerdict => {
  const some = (verdict: FigureComparison['verdict']): boolean =>
    figures.some((figure) => figure.verdict === verdict);
  if (failed || some('worse')) return 'regression';
  if (open) return 'inconclusive';
  return some('better') ? 'improvement' : 'no_difference';
};

const factsOf = ({ name, runs }: Side, used: readonly RecordedRun[]): SideFacts => ({
  name,
  runs: runs.map(
    (run): RunFacts => ({
      name: run.name,
      run: run.summary.run,
      startedAt: run.summary.startedAt,
      verdict: run.decision.verdict,
      excludedReason: used.includes(run) ? null : exclusionOf(run),
    }),
  ),
  serverVersions: [
    ...new Set(runs.flatMap(({ summary }) => summary.deployment?.serverVersion ?? [])),
  ].sort(),
});
