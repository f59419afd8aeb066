import type {
  Comparison,
  ComparisonReason,
  Exclusion,
  FigureComparison,
} from '@livekit-swarm/analysis/compare';
import { aggregationKey, metricDefinition } from '@livekit-swarm/metrics';
import { findingObject } from '../facts.ts';
import { finiteDeep } from '../format.ts';
import {
  comparisonNoteText,
  comparisonReasonText,
  describeConclusion,
  exclusionText,
  notComparableText,
  sessionNoteText,
} from '../phrases/comparison.ts';
import { NO_CONTEXT } from '../phrases/limits.ts';
import { COMPARISON_SCHEMA } from '../run/report-input.ts';
import {
  type ComparisonInput,
  exitCodeOfComparisons,
  verdictOfComparisons,
} from './comparison-input.ts';
import type { ComparisonOutput, ComparisonResult } from './comparison-schema.ts';

/**
 * One object, for machines. Values in the metric's unit (ms, shares from 0 to 1, sums per second);
 * null for what was not measured.
 */
export const comparisonObject = (input: ComparisonInput): ComparisonOutput => ({
  schema: COMPARISON_SCHEMA,
  verdict: verdictOfComparisons(input),
  exitCode: exitCodeOfComparisons(input),
  interrupted: input.interrupted,
  notes: input.notes.map((note) => ({ ...note, text: sessionNoteText(note) })),
  error:
    input.problem === null
      ? null
      : { code: input.problem.reason, message: input.problem.message, hint: input.problem.hint },
  comparisons: input.comparisons.map(comparedObject),
});

export const renderComparisonJson = (input: ComparisonInput): string =>
  `${JSON.stringify(finiteDeep(comparisonObject(input)), null, 2)}\n`;

/** One side against the base. */
export const comparedObject = (comparison: Comparison): ComparisonResult => {
  const { verdict, exitCode, design, scenario, base, current, figures } = comparison;
  return {
    verdict,
    exitCode,
    text: describeConclusion(comparison),
    scenario,
    design,
    base: sideObject(base),
    current: sideObject(current),
    reasons: comparison.reasons.map(reasonObject),
    notes: comparison.notes.map((note) => ({ ...note, text: comparisonNoteText(note) })),
    ignoredDifferences: comparison.ignoredDifferences,
    figures: figures.map(figureOf),
  };
};

const sideObject = (side: Comparison['base']): ComparisonResult['base'] => ({
  ...side,
  runs: side.runs.map((run) => ({
    ...run,
    excludedReason: run.excludedReason === null ? null : exclusionObject(run.excludedReason),
  })),
});

type Excluded = NonNullable<ComparisonResult['base']['runs'][number]['excludedReason']>;

/**
 * The origin of the load does not matter in a comparison: advice is for the report of the run
 * itself.
 */
const exclusionObject = (exclusion: Exclusion): Excluded => {
  const text = exclusionText(exclusion);
  return exclusion.code === 'generator_impaired'
    ? { code: exclusion.code, finding: findingObject(exclusion.finding, NO_CONTEXT), text }
    : { ...exclusion, text };
};

const reasonObject = (reason: ComparisonReason): ComparisonResult['reasons'][number] => {
  const text = comparisonReasonText(reason);
  switch (reason.code) {
    case 'run_failed':
      return {
        ...reason,
        failure: { ...reason.failure, text: exclusionText(reason.failure) },
        text,
      };
    case 'no_comparable_runs':
      return {
        ...reason,
        runs: reason.runs.map(({ name, exclusion }) => ({
          name,
          exclusion: exclusionObject(exclusion),
        })),
        text,
      };
    case 'too_few_runs':
    case 'no_runs':
    case 'metrics_not_measured':
    case 'metrics_lost':
      return { ...reason, text };
  }
};

const figureOf = (figure: FigureComparison): ComparisonResult['figures'][number] => {
  const { key, metric, target, aggregation, better, hasThreshold, base, current } = figure;
  const { change, interval, margin, chance, verdict, reason } = figure;
  return {
    figure: key,
    verdict,
    reason: reason === null ? null : { code: reason, text: notComparableText(figure) },
    metric,
    target,
    aggregation: aggregationKey(aggregation),
    unit: metricDefinition(metric).unit,
    better,
    hasThreshold,
    base,
    current,
    change,
    interval,
    tolerance: margin,
    chance,
  };
};
