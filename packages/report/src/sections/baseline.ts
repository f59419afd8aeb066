import { figureLines, noteLines } from '../comparison/text.ts';
import { concludingSentence, markOfComparison } from '../comparison/words.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** How the run compares with its baseline, where it has one. */
export const baselineSection = ({ comparison }: ReportInput, style: Style): string[] => {
  if (comparison === undefined) return [];
  const { verdict, base } = comparison;
  const paint =
    verdict === 'regression' ? style.bad : verdict === 'inconclusive' ? style.unsure : style.good;
  return [
    `${style.title('BASELINE')}  ${paint(`${markOfComparison(verdict)} ${verdict}`)} against ${base.name}`,
    ...wrap('  · ', concludingSentence(comparison)),
    ...figureLines(comparison, style).slice(1),
    ...noteLines(comparison, style).slice(1),
  ];
};
