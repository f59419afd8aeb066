import type { Checked, Verification } from '@livekit-swarm/verify';
import { type ChecklistEntry, renderChecklist } from '../checklist.ts';
import type { ReportOptions } from '../reporter.ts';
import { type Paint, printable, type Style, styleFor, wrap } from '../text-layout.ts';
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

/** Least number of checks that share a line, when they were skipped for the same reason. */
const MANY = 3;
const IDS_COLUMNS = 70;

/**
 * A line for each check: what was found, or what holds. Below a finding what was expected, its
 * cause and fix. Checks that were skipped for the same reason share a line at the end.
 */
export const checkLines = (checks: readonly Checked[], style: Style): string[] => {
  const paint = paintsOf(style);
  const skipped = Object.values(
    Object.groupBy(
      checks.filter(({ outcome }) => outcome === 'skipped'),
      ({ reason }) => reason ?? '',
    ),
  ).flatMap((group = []) => (group.length < MANY ? [] : [group]));
  const folded = new Set(skipped.flat());
  return renderChecklist([
    ...checks.filter((check) => !folded.has(check)).map((check) => entryOf(check, style, paint)),
    ...skipped.map((group) => foldedEntry(group, paint.skipped)),
  ]);
};

const entryOf = (check: Checked, style: Style, paints: Paints): ChecklistEntry => {
  const { id, title, outcome, evidence, reason, cause, fix } = check;
  const paint = paints[outcome];
  const entry = { mark: paint(CHECK_MARKS[outcome]), name: id, finding: title };
  if (reason !== null) return { ...entry, paint, below: [reasonText(check)] };
  if (cause === null || fix === null) return { ...entry, below: evidence.map(style.dim) };
  const reasons = [`cause: ${cause}`, `→ ${fix}`];
  const [seen, ...more] = evidence;
  if (seen === undefined) return { ...entry, finding: paint(title), below: reasons };
  const below = [...more.map(paint), style.dim(`expected: ${title}`), ...reasons];
  return { ...entry, finding: paint(seen), below };
};

const foldedEntry = (group: readonly Checked[], paint: Paint): ChecklistEntry => ({
  ...{ mark: paint(CHECK_MARKS.skipped), name: `${group.length} checks`, paint },
  finding: group[0] === undefined ? '' : reasonText(group[0]),
  below: wrap('', group.map(({ id }) => id).join(', '), IDS_COLUMNS).map(paint),
});

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
