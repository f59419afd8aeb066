import { median } from 'simple-statistics';
import type { Design, FigureComparison, Margin, SideFigure } from './comparison.ts';
import type { NotComparable } from './comparison-facts.ts';
import { chanceOfExcess, chanceOfExcessInPairs, type Sides } from './exceedance.ts';
import type { Figure, MeasuredRun } from './figures.ts';
import { type MarginScale, marginScale } from './margin.ts';
import { type Shift, shiftBetween, shiftOfPairs } from './shift.ts';

export interface FigureInput {
  figure: Figure;
  margin: Margin;
}

export interface Measured {
  /** Whole runs, as reports show them. */
  runs: readonly MeasuredRun[];
  /** Units of the permutation test: the same runs, or parts of them where there are too few. */
  units: readonly MeasuredRun[];
}

/** Probability of a wrong verdict on any figure, in each direction. */
export const ALPHA = 0.05;
/** Seed of the random relabellings, fixed so that the same runs give the same verdict. */
const SEED = 20_111;

/** Values of one figure before its verdict. */
interface Draft extends FigureInput {
  scale: MarginScale;
  base: SideFigure;
  current: SideFigure;
  units: { base: number[]; current: number[] };
}

/**
 * Compares all figures at once, in the given order, because the test uses the maximum over them.
 */
export const compareFigures = (
  inputs: readonly FigureInput[],
  base: Measured,
  current: Measured,
  design: Design,
): FigureComparison[] => {
  const drafts = inputs.map((input) => draftOf(input, base, current));
  const whole = drafts.filter((draft): draft is Draft => 'units' in draft);
  const worse = chances(whole, design, 1);
  const better = chances(whole, design, -1);
  let next = 0;
  return drafts.map((draft) => {
    if (!('units' in draft)) return draft;
    const index = next++;
    return conclude(draft, design, worse[index] ?? 1, better[index] ?? 1);
  });
};

const draftOf = (
  input: FigureInput,
  base: Measured,
  current: Measured,
): Draft | FigureComparison => {
  const { figure, margin } = input;
  const [was, is] = [sideOf(figure, base), sideOf(figure, current)];
  const units = { base: readAll(figure, base.units), current: readAll(figure, current.units) };
  if (was !== null && is !== null && units.base !== null && units.current !== null) {
    return {
      ...input,
      scale: marginScale(margin),
      base: was,
      current: is,
      units: { base: units.base, current: units.current },
    };
  }
  return {
    ...factsOf(input),
    base: was,
    current: is,
    change: was !== null && is !== null ? changeOf(was.median, is.median) : null,
    interval: null,
    chance: null,
    verdict: 'not_comparable',
    reason: notComparable(was, is),
  };
};

const notComparable = (base: SideFigure | null, current: SideFigure | null): NotComparable => {
  if (base === null) return current === null ? 'not_measured' : 'not_measured_in_base';
  return current === null ? 'not_measured_in_current' : 'too_few_values';
};

/**
 * Probability for each figure that it or any other changes in `direction` (1: worse) by more than
 * its margin.
 */
const chances = (drafts: readonly Draft[], design: Design, direction: 1 | -1): number[] => {
  if (drafts.length === 0) return [];
  const sides = drafts.map(({ figure, scale, units }): Sides => {
    const sign = direction * (figure.better === 'lower' ? 1 : -1);
    const place = (values: readonly number[]): number[] =>
      values.map((value) => sign * scale.of(value));
    return { base: place(units.base), current: place(units.current) };
  });
  return design === 'rounds' ? chanceOfExcessInPairs(sides, SEED) : chanceOfExcess(sides, SEED);
};

const conclude = (
  draft: Draft,
  design: Design,
  worse: number,
  better: number,
): FigureComparison => {
  const { base, current, scale, figure, units } = draft;
  const place = (values: readonly number[]): number[] => values.map(scale.of);
  const shift =
    design === 'rounds'
      ? shiftOfPairs(
          units.current.map(
            (value, round) => scale.of(value) - scale.of(units.base[round] ?? value),
          ),
        )
      : shiftBetween(place(units.base), place(units.current));
  // In rounds, the change is that of the typical round; otherwise it is the ratio of the medians.
  const end =
    design === 'rounds' ? scale.at(scale.of(base.median) + shift.estimate) : current.median;
  const change = changeOf(base.median, end);
  const moved = (scale.of(end) - scale.of(base.median)) * (figure.better === 'lower' ? 1 : -1);
  const verdict =
    worse <= ALPHA && moved > 1
      ? 'worse'
      : better <= ALPHA && moved < -1
        ? 'better'
        : 'no_difference';
  const interval = intervalOf(base.median, scale, shift);
  return {
    ...factsOf(draft),
    base,
    current,
    change,
    interval: design === 'single' && !holds(interval, change.absolute) ? null : interval,
    chance: Math.min(worse, better),
    verdict,
    reason: null,
  };
};

const factsOf = ({ figure, margin }: FigureInput) => {
  const { key, metric, target, aggregation, better, hasThreshold } = figure;
  return { key, metric, target, aggregation, better, hasThreshold, margin };
};

const changeOf = (from: number, to: number) => ({
  absolute: to - from,
  relative: shareOf(to - from, from),
});

/**
 * Returns true if the interval of the parts contains the change of the run. With few participants,
 * parts have other percentiles than the run, and their interval does not apply to it.
 */
const holds = ({ from, to }: { from: number; to: number }, change: number): boolean =>
  from <= change && change <= to;

const intervalOf = (
  base: number,
  scale: MarginScale,
  shift: Shift,
): NonNullable<FigureComparison['interval']> => {
  // No figure can be below zero.
  const [from, to] = [shift.from, shift.to].map(
    (by) => Math.max(0, scale.at(scale.of(base) + by)) - base,
  ) as [number, number];
  return {
    from,
    to,
    relativeFrom: shareOf(from, base),
    relativeTo: shareOf(to, base),
    confidence: shift.confidence,
  };
};

const shareOf = (difference: number, of: number): number | null =>
  of > 0 ? difference / of : null;

const sideOf = (figure: Figure, { runs, units }: Measured): SideFigure | null => {
  const values = readAll(figure, runs);
  if (values === null) return null;
  // The spread of a single run is the spread of its parts.
  const spread = values.length > 1 ? values : (readAll(figure, units) ?? values);
  return { median: median(values), min: Math.min(...spread), max: Math.max(...spread), values };
};

/** Values of a figure in all runs; null unless every run has one. */
const readAll = (figure: Figure, runs: readonly MeasuredRun[]): number[] | null => {
  const values = runs
    .map(figure.read)
    .filter((value): value is number => value !== undefined && Number.isFinite(value));
  return values.length === 0 || values.length < runs.length ? null : values;
};
