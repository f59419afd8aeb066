import type { Checked, Verification } from '@livekit-swarm/verify';
import { type ChecklistEntry, renderChecklist } from '../checklist.ts';
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
  const lines = [
    `Configuration of ${url}`,
    '',
    ...renderChecklist(checks.map((check) => entryOf(check, style, paint))),
    '',
    conclusion(checks, verdict, paint),
  ];
  return printable(`${lines.join('\n')}\n`);
};

const entryOf = (check: Checked, style: Style, paints: Paints): ChecklistEntry => {
  const { id, title, outcome, evidence, reason, cause, fix } = check;
  const paint = paints[outcome];
  const entry = { mark: paint(CHECK_MARKS[outcome]), name: id, finding: title };
  if (reason !== null) return { ...entry, paint, below: [reasonText(check)] };
  if (cause === null || fix === null) return { ...entry, below: evidence.map(style.dim) };
  return { ...entry, below: [...evidence.map(paint), `cause: ${cause}`, `→ ${fix}`] };
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
