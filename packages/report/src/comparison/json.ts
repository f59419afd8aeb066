import { aggregationKey, metricDefinition } from '@livekit-swarm/core';
import type { Comparison, FigureComparison } from '@livekit-swarm/core/compare';
import { finiteDeep } from '../finite.ts';
import { type ComparisonInput, exitCodeOfComparisons, verdictOfComparisons } from './comparison-input.ts';
import { concludingSentence } from './words.ts';

/** Changes with what is incompatible only: fields may be added under the same name. */
export const COMPARISON_SCHEMA = 'livekit-swarm/comparison/1';

/** One object, for machines. Values in the metric's unit (ms, shares from 0 to 1, sums per second); null for what was not measured. */
export const comparisonObject = (input: ComparisonInput) => ({
  schema: COMPARISON_SCHEMA,
  verdict: verdictOfComparisons(input),
  exitCode: exitCodeOfComparisons(input),
  interrupted: input.interrupted,
  notes: input.notes,
  error:
    input.problem === null ? null : { reason: input.problem.reason, message: input.problem.message, hint: input.problem.hint },
  comparisons: input.comparisons.map(oneOf),
});

export const renderComparisonJson = (input: ComparisonInput): string =>
  `${JSON.stringify(finiteDeep(comparisonObject(input)), null, 2)}\n`;

const oneOf = (comparison: Comparison) => {
  const { verdict, exitCode, design, scenario, base, current, reasons, notes, harmless, figures } = comparison;
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

const figureOf = (figure: FigureComparison) => {
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
