import type { Comparison } from '@livekit-swarm/analysis/compare';
import { code, cut, item, line, markdownTable } from '../markdown/elements.ts';
import {
  describeConclusion,
  describeSides,
  formatChange,
  formatInterval,
  formatMargin,
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
import type { ComparisonInput } from './comparison-input.ts';

const LONGEST = 2_000;
const MOST_ROWS = 100;

/** Comment for a pull request: the verdict and the changes, everything else folded away. */
export const renderComparisonMarkdown = ({
  comparisons,
  notes,
  interrupted,
  problem,
}: ComparisonInput): string =>
  `${[
    ...comparisons.flatMap((comparison) => comparisonParts(comparison, interrupted)),
    ...notes.map((note) => item(cut(sessionNoteText(note), LONGEST))),
    ...(problem === null
      ? []
      : [item(cut(`The session ended early: ${problem.message}`, LONGEST))]),
  ].join('\n\n')}\n`;

/** Parts of a comparison: headline, sentence, tables, remarks; none is empty. */
export const comparisonParts = (comparison: Comparison, interrupted: boolean): string[] => {
  const { verdict, exitCode } = comparison;
  const shown = shownFigures(comparison);
  const row = (figure: (typeof shown)[number]): string[] => [
    markOfFigure(figure),
    code(figure.key),
    line(formatSide(figure, figure.base)),
    line(formatSide(figure, figure.current)),
    line(formatChange(figure)),
    line(formatInterval(figure)),
    line(formatMargin(figure)),
  ];
  const table = (some: typeof shown): string =>
    markdownTable(
      {
        head: ['', 'figure', 'base', 'current', 'change', 'interval', 'tolerance'],
        rows: some.map(row),
        left: [0, 1],
      },
      MOST_ROWS,
    );
  const open = shown.filter(
    ({ verdict: own, hasThreshold }) => own === 'worse' || own === 'better' || hasThreshold,
  );
  const folded = shown.filter((figure) => !open.includes(figure));
  const remarks = [...furtherReasons(comparison), ...remarksOf(comparison)];
  return [
    `### ${markOfComparison(verdict)} ${VERDICT_TEXTS[verdict]}: ${line(describeSides(comparison))}`,
    `${line(cut(describeConclusion(comparison), LONGEST))} (${interrupted ? 'interrupted' : `exit ${exitCode}`})`,
    table(open),
    folded.length === 0
      ? ''
      : `<details><summary>Other figures</summary>\n\n${table(folded)}\n\n</details>`,
    shown.length === 0 ? '' : line(legendOf(comparison)),
    remarks.map((remark) => item(cut(remark, LONGEST))).join('\n'),
  ].filter((part) => part !== '');
};
