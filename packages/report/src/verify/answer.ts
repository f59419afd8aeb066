import type { Answer } from '@livekit-swarm/ready';
import type { Checked } from '@livekit-swarm/verify';
import type { ReportOptions } from '../reporter.ts';
import { printable, type Style, styleFor } from '../text-layout.ts';
import { countsText } from './phrases.ts';
import { checkLines, idLines } from './text.ts';

/** Result of checks that answers a question. */
export interface Answered {
  answer: Answer;
  checks: readonly Checked[];
}

const ANSWER_TEXTS = {
  yes: 'Yes',
  no: 'No',
  unknown: 'Unknown',
} as const satisfies Record<Answer, string>;

export const answerText = ({ answer, checks }: Answered): string =>
  `${ANSWER_TEXTS[answer]}: ${countsText(checks)}`;

/** Next steps: the fix of each error, and the need of each unknown check. */
export const nextSteps = ({ checks }: Pick<Answered, 'checks'>): string[] =>
  checks.flatMap(({ id, outcome, fix, reason }) => {
    if (outcome === 'error') return [`${id}: ${fix ?? ''}`];
    return outcome === 'unknown' ? [`${id}: ${reason ?? ''}`] : [];
  });

/** The question, every check, the answer, and what to do. */
export const renderAnswer = (
  question: string,
  result: Answered,
  { color = false }: ReportOptions = {},
): string => {
  const { answer, checks } = result;
  const style = styleFor(color);
  const steps = nextSteps(result);
  const lines = [
    question,
    '',
    ...checkLines(checks, style),
    '',
    `${paintOf(style)[answer](ANSWER_TEXTS[answer])}: ${countsText(checks)}`,
    ...idLines(checks, style),
    ...(steps.length === 0 ? [] : ['', 'To do:', ...steps.map((step) => `  ${step}`)]),
  ];
  return printable(`${lines.join('\n')}\n`);
};

const paintOf = (style: Style): Record<Answer, (text: string) => string> => ({
  yes: style.good,
  no: style.bad,
  unknown: style.unsure,
});
