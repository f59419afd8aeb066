import { describeScenario } from '../describe-scenario.ts';
import type { ReportInput } from '../report-input.ts';
import { MARKS, paintOf, type Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** The verdict, what was asked for, and why it came out so. */
export const verdictSection = ({ summary, judgement }: ReportInput, style: Style): string[] => {
  const { verdict, exitCode, reasons } = judgement;
  const paint = paintOf(style, verdict);
  const interrupted = summary.end?.reason === 'interrupted' ? ', interrupted' : '';
  const [headline = '', ...more] = wrap(
    `${MARKS[verdict]} ${verdict.toUpperCase()}${interrupted} (exit ${exitCode})  `,
    describeScenario(summary.scenario),
  );
  const bullets = reasons.flatMap((reason) => wrap('  · ', reason));
  return [paint(headline), ...more.map((line) => line.trimEnd()), ...bullets];
};
