import type { Checked, Verification } from '@livekit-swarm/verify';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import { CHECK_MARKS, countsText, reasonText, VERIFY_VERDICTS } from './phrases.ts';

/** Tone of a page by its verdict. */
export const VERIFY_TONES = {
  passed: 'passed',
  warnings: 'passed',
  failed: 'failed',
  unknown: 'inconclusive',
} as const satisfies Record<Verification['verdict'], string>;

/** The verdict, what was found with its fix, and every check. */
export const verifyPage = ({ url, verdict, exitCode, checks }: Verification): ResultPage => ({
  kind: 'verify',
  subject: url,
  tone: VERIFY_TONES[verdict],
  headline: `${VERIFY_VERDICTS[verdict]}: ${countsText(checks)}`,
  lead: `Configuration of ${url}. Exit code ${exitCode}.`,
  asked: null,
  reasons: checks.flatMap((check) =>
    check.outcome === 'unknown' ? [`${check.id} ${reasonText(check)}`] : [],
  ),
  sections: checkSections(checks),
  startedAt: null,
});

/** Errors, warnings, and every check. */
export const checkSections = (checks: readonly Checked[]): PageSection[] => [
  findingSection('Errors', checks, 'error'),
  findingSection('Warnings', checks, 'warning'),
  {
    title: 'Checks',
    table: {
      head: ['', 'check', 'what it states', 'what was seen'],
      rows: checks.map((check) => [
        CHECK_MARKS[check.outcome],
        check.id,
        check.title,
        check.reason === null ? check.evidence.join('; ') : reasonText(check),
      ]),
      left: [0, 1, 2, 3],
    },
  },
];

const findingSection = (
  title: string,
  checks: readonly Checked[],
  outcome: Checked['outcome'],
): PageSection => ({
  title,
  table: {
    head: ['check', 'what was seen', 'cause', 'fix'],
    rows: checks
      .filter((check) => check.outcome === outcome)
      .map(({ id, evidence, cause, fix }) => [id, evidence.join('; '), cause ?? '', fix ?? '']),
    left: [0, 1, 2, 3],
  },
});
