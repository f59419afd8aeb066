import type { Audit, Checked } from '@livekit-swarm/verify';
import type { ReportOptions } from '../reporter.ts';
import { printable, styleFor } from '../text-layout.ts';
import { countsText, VERIFY_VERDICTS } from '../verify/phrases.ts';
import { checkLines, idLines } from '../verify/text.ts';

/** Lines of evidence of a check that passed: the others are in the other formats. */
const MAX_LINES = 3;

export const renderAudit = (
  { url, checks, verdict }: Audit,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const lines = [
    `Security and isolation of ${url}`,
    '',
    ...checkLines(checks.map(shortened), style),
    '',
    `${VERIFY_VERDICTS[verdict]}: ${countsText(checks)}`,
    ...idLines(checks, style),
  ];
  return printable(`${lines.join('\n')}\n`);
};

const shortened = (check: Checked): Checked => {
  const { outcome, evidence } = check;
  if (outcome !== 'passed' || evidence.length <= MAX_LINES + 1) return check;
  const more = `and ${evidence.length - MAX_LINES} more: --json has all`;
  return { ...check, evidence: [...evidence.slice(0, MAX_LINES), more] };
};
