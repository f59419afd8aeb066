import type { Comparison, FigureComparison } from '@livekit-swarm/analysis/compare';
import { aggregationKey, metricDefinition } from '@livekit-swarm/metrics';
import { finiteDeep } from '../finite.ts';
import { COMPARISON_SCHEMA } from '../result-names.ts';
import {
  type ComparisonInput,
  exitCodeOfComparisons,
  verdictOfComparisons,
} from './comparison-input.ts';
import type { ComparisonOutput, ComparisonResult } from './comparison-schema.ts';
import { concludingSentence } from './words.ts';

/** One object, for machines. Values in the metric's unit (ms, shares from 0 to 1, sums per second); null for what was not measured. */
export const comparisonObject = (input: ComparisonInput): ComparisonOutput => ({
  schema: COMPARISON_SCHEMA,
  verdict: verdictOfComparisons(input),
  exitCode: exitCodeOfComparisons(input),
  interrupted: input.interrupted,
  notes: [...input.notes],
  error:
    input.problem === null
      ? null
      : { reason: input.problem.reason, message: input.problem.message, hint: input.problem.hint },
  comparisons: input.comparisons.map(comparedObject),
});

export const renderComparisonJson = (input: ComparisonInput): string =>
  `${JSON.stringify(finiteDeep(comparisonObject(input)), null, 2)}\n`;

/** One side against the base. */
export const comparedObject = (comparison: Comparison): ComparisonResult => {
  const { verdict, exitCode, design, scenario, base, current, reasons, notes, harmless, figures } =
    comparison;
  return {
    verdict,
    exitCode,
    sentence: concludingSentence(comparison),
    scenario,
    design,
    base,
    current,
    reasons,
    notes,
    harmlessDifferences: harmless,
    figures: figures.map(figureOf),
  };
};

const figureOf = (figure: FigureComparison): ComparisonResult['figures'][number] => {
  const { key, metric, target, aggregation, better, thresholded, base, current } = figure;
  const { change, interval, margin, chance, verdict, why } = figure;
  return {
    figure: key,
    verdict,
    why,
    metric,
    target,
    aggregation: aggregationKey(aggregation),
    unit: metricDefinition(metric).unit,
    better,
    thresholded,
    base,
    current,
    change,
    interval,
    tolerance: margin,
    chance,
  };
};
