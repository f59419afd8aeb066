import type { ReportOptions } from '../reporter.ts';
import { printable, type Style, styleFor } from '../text-layout.ts';
import { countsText } from '../verify/phrases.ts';
import { checkLines, idLines } from '../verify/text.ts';
import { ANSWER_TEXTS, nextSteps, questionText } from './phrases.ts';
import type { RegionsResult } from './regions-result.ts';

/** The question, every check, the answer, and what to do. */
export const renderRegions = (
  result: RegionsResult,
  { color = false }: ReportOptions = {},
): string => {
  const { answer, checks } = result;
  const style = styleFor(color);
  const steps = nextSteps(result);
  const lines = [
    questionText(result),
    '',
    ...checkLines(checks, style),
    '',
    `${paintOf(style)[answer](ANSWER_TEXTS[answer])}: ${countsText(checks)}`,
    ...idLines(checks, style),
    ...(steps.length === 0 ? [] : ['', 'To do:', ...steps.map((step) => `  ${step}`)]),
  ];
  return printable(`${lines.join('\n')}\n`);
};

const paintOf = (style: Style): Record<RegionsResult['answer'], (text: string) => string> => ({
  yes: style.good,
  no: style.bad,
  unknown: style.unsure,
});
