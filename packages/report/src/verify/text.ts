import type { Checked, Verification } from '@livekit-swarm/verify';
import { type ChecklistEntry, renderChecklist } from '../checklist.ts';
import type { ReportOptions } from '../reporter.ts';
import { printable, type Style, styleFor } from '../text-layout.ts';
import { CHECK_MARKS, countsText, reasonText, VERIFY_VERDICTS } from './phrases.ts';

export const renderVerification = (
  { url, checks, verdict }: Verification,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const lines = [
    `Configuration of ${url}`,
    '',
    ...checkLines(checks, style),
    '',
    `${VERIFY_VERDICTS[verdict]}: ${countsText(checks)}`,
    ...idLines(checks, style),
  ];
  return printable(`${lines.join('\n')}\n`);
};

/** A line for each check; below a finding its evidence, cause and fix. */
export const checkLines = (checks: readonly Checked[], style: Style): string[] => {
  const paint = paintsOf(style);
  return renderChecklist(checks.map((check) => entryOf(check, style, paint)));
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

/** Ids of the checks with errors, with warnings, and without a result: a line each. */
export const idLines = (checks: readonly Checked[], style: Style): string[] => {
  const paint = paintsOf(style);
  const listed = (outcome: Checked['outcome'], name: string): string[] => {
    const ids = checks.flatMap((check) => (check.outcome === outcome ? check.id : []));
    return ids.length === 0 ? [] : [paint[outcome](`${name}: ${ids.join(', ')}`)];
  };
  return [
    ...listed('error', 'Errors'),
    ...listed('warning', 'Warnings'),
    ...listed('unknown', 'Could not be checked'),
  ];
};
