import type { Comparison, FigureComparison } from '@livekit-swarm/analysis/compare';
import { plural } from '@livekit-swarm/settings';
import {
  describeConclusion,
  describeSides,
  formatChange,
  formatInterval,
  formatSide,
  furtherReasons,
  legendOf,
  markOfComparison,
  markOfFigure,
  remarksOf,
  sessionNoteText,
  shownFigures,
  VERDICT_TEXTS,
} from '../phrases/comparison.ts';
import type { ReportOptions } from '../reporter.ts';
import { type Paint, renderTable, type Style, styleFor, wrap } from '../text-layout.ts';
import type { ComparisonInput } from './comparison-input.ts';

/** Report for a terminal, at most 100 columns wide unless the name of a figure is very long. */
export const renderComparisonText = (
  input: ComparisonInput,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const sections = input.comparisons.flatMap((comparison) => [
    verdictLines(comparison, input.interrupted, style),
    figureLines(comparison, style),
    noteLines(comparison, style),
  ]);
  const remarks = [
    ...input.notes.map(sessionNoteText),
    ...(input.problem === null ? [] : [`The session ended early: ${input.problem.message}`]),
  ];
  const own =
    remarks.length === 0
      ? []
      : [[style.title('SESSION'), ...remarks.flatMap((note) => wrap('  · ', note))]];
  return `${[...sections, ...own]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

export const verdictLines = (
  comparison: Comparison,
  interrupted: boolean,
  style: Style,
): string[] => {
  const { verdict, exitCode } = comparison;
  const paint: Paint =
    verdict === 'regression' ? style.bad : verdict === 'inconclusive' ? style.unsure : style.good;
  const exit = interrupted ? 'interrupted' : `exit ${exitCode}`;
  return [
    `${paint(`${markOfComparison(verdict)} ${VERDICT_TEXTS[verdict].toUpperCase()} (${exit})`)}  ${describeSides(comparison)}`,
    ...[describeConclusion(comparison), ...furtherReasons(comparison)].flatMap((line) =>
      wrap('  · ', line),
    ),
  ];
};

export const figureLines = (comparison: Comparison, style: Style): string[] => {
  const shown = shownFigures(comparison);
  if (shown.length === 0) return [];
  const rows = shown.map((figure) => [
    paintOf(figure, style)(markOfFigure(figure)),
    figure.key,
    formatSide(figure, figure.base),
    formatSide(figure, figure.current),
    paintOf(figure, style)(formatChange(figure)),
    style.dim(formatInterval(figure)),
  ]);
  const head = ['', '', 'base', 'current', 'change', 'interval'].map((title) => style.dim(title));
  const hidden = comparison.figures.length - shown.length;
  const rest =
    hidden === 0
      ? ''
      : ` ${plural(hidden, 'figure')} more ${hidden === 1 ? 'is' : 'are'} zero on both sides or not measured.`;
  const legend = wrap('  ', `${legendOf(comparison)}${rest}`).map((line) => style.dim(line));
  return [style.title('FIGURES'), ...renderTable([head, ...rows], [0, 1]), ...legend];
};

const paintOf = ({ verdict }: FigureComparison, style: Style): Paint =>
  verdict === 'worse'
    ? style.bad
    : verdict === 'better'
      ? style.good
      : verdict === 'no_difference'
        ? (text) => text
        : style.dim;

export const noteLines = (comparison: Comparison, style: Style): string[] => {
  const remarks = remarksOf(comparison);
  return remarks.length === 0
    ? []
    : [style.title('NOTES'), ...remarks.flatMap((note) => wrap('  · ', note))];
};
