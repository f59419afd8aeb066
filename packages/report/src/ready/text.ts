import type { Readiness } from '@livekit-swarm/ready';
import type { ReportOptions } from '../reporter.ts';
import { printable, type Style, styleFor } from '../text-layout.ts';
import { countsText } from '../verify/phrases.ts';
import { checkLines, idLines } from '../verify/text.ts';
import { ANSWER_TEXTS, nextSteps, questionText } from './phrases.ts';

/** The question, every check, the answer, and what to do. */
export const renderReadiness = (
  readiness: Readiness,
  { color = false }: ReportOptions = {},
): string => {
  const { answer, checks } = readiness;
  const style = styleFor(color);
  const steps = nextSteps(readiness);
  const lines = [
    questionText(readiness),
    '',
    ...checkLines(checks, style),
    '',
    `${paintOf(style)[answer](ANSWER_TEXTS[answer])}: ${countsText(checks)}`,
    ...idLines(checks, style),
    ...(steps.length === 0 ? [] : ['', 'To do:', ...steps.map((step) => `  ${step}`)]),
  ];
  return printable(`${lines.join('\n')}\n`);
};

const paintOf = (style: Style): Record<Readiness['answer'], (text: string) => string> => ({
  yes: style.good,
  no: style.bad,
  unknown: style.unsure,
});
