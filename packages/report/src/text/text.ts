import { renderOverview } from '../overview.ts';
import { printable } from '../printable.ts';
import { isRun, type NoRun, type Outcome, type ReportInput } from '../report-input.ts';
import type { Reporter, ReportOptions } from '../reporter.ts';
import { MARKS, paintOf, type Style, styleFor } from '../style.ts';
import { wrap } from '../wrap.ts';
import { SECTIONS } from './sections.ts';

/** The summary at the end of a run: at most 100 columns, colours only when asked for. */
export const renderText = (input: ReportInput, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const sections = SECTIONS.map((section) => section(input, style)).filter(
    (lines) => lines.length > 0,
  );
  return printable(`${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`);
};

/** A run that did not start: why, and what to do. */
const noRunLines = (
  { scenario, verdict, exitCode, message, hint }: NoRun,
  style: Style,
): string[] => [
  paintOf(
    style,
    verdict,
  )(`${MARKS[verdict]} ${verdict.toUpperCase()} (exit ${exitCode})  ${scenario}`),
  ...wrap('  · ', message),
  ...(hint === null ? [] : wrap('  → ', hint)),
];

const renderOutcome = (outcome: Outcome, options: ReportOptions): string =>
  isRun(outcome)
    ? renderText(outcome, options)
    : printable(`${noRunLines(outcome, styleFor(options.color ?? false)).join('\n')}\n`);

export const textReporter = {
  about: 'for a terminal',
  fileName: 'report.txt',
  several: true,
  render: (outcomes: readonly Outcome[], options: ReportOptions = {}) =>
    [
      ...outcomes.map((outcome) => renderOutcome(outcome, options)),
      ...(outcomes.length > 1 ? [renderOverview(outcomes, options)] : []),
    ].join('\n\n'),
} as const satisfies Reporter;
