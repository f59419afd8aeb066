import type { Checked, Verification } from '@livekit-swarm/verify';
import type { ReportOptions } from '../reporter.ts';
import { printable, type Style, styleFor } from '../text-layout.ts';
import { CHECK_MARKS, countsText, reasonText, VERIFY_VERDICTS } from './phrases.ts';

/** A line for each check; below a finding its evidence, cause and fix. */
export const renderVerification = (
  { url, checks, verdict }: Verification,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const paint = paintsOf(style);
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  const lines = checks.flatMap((check) => {
    const { id, title, outcome, evidence, reason, cause, fix } = check;
    const head = `  ${paint[outcome](CHECK_MARKS[outcome])}  ${id.padEnd(width)}  ${title}`;
    const below = (text: string): string => `     ${' '.repeat(width)}  ${text}`;
    if (reason !== null)
      return [
        outcome === 'unknown' ? paint.unknown(head) : style.dim(head),
        below(reasonText(check)),
      ];
    if (cause === null || fix === null)
      return [head, ...evidence.map((text) => below(style.dim(text)))];
    return [
      head,
      ...evidence.map((text) => below(paint[outcome](text))),
      below(`cause: ${cause}`),
      below(`→ ${fix}`),
    ];
  });
  return printable(
    `${[`Configuration of ${url}`, '', ...lines, '', conclusion(checks, verdict, paint)].join('\n')}\n`,
  );
};

type Paints = Record<Checked['outcome'], (text: string) => string>;

const paintsOf = (style: Style): Paints => ({
  passed: style.good,
  warning: style.unsure,
  error: style.bad,
  unknown: style.unsure,
  skipped: style.dim,
});

const conclusion = (
  checks: readonly Checked[],
  verdict: Verification['verdict'],
  paint: Paints,
): string => {
  const of = (outcome: Checked['outcome']): Checked[] =>
    checks.filter((check) => check.outcome === outcome);
  const listed = (outcome: Checked['outcome'], name: string): string[] =>
    of(outcome).length === 0
      ? []
      : [
          paint[outcome](
            `${name}: ${of(outcome)
              .map(({ id }) => id)
              .join(', ')}`,
          ),
        ];
  return [
    `${VERIFY_VERDICTS[verdict]}: ${countsText(checks)}`,
    ...listed('error', 'Errors'),
    ...listed('warning', 'Warnings'),
    ...listed('unknown', 'Could not be checked'),
  ].join('\n');
};
