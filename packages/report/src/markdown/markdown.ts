import { plural } from '@livekit-swarm/settings';
import { overallVerdict } from '../aggregate.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import { exitCodeOf, isRun, type NoRun, nameOf, type Outcome, verdictOf } from '../report-input.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS } from '../style.ts';
import { code, cut, item, plain } from './escape.ts';
import { fit, type Part } from './fit.ts';
import { headline, partsOfRun } from './run.ts';
import { markdownTable } from './table.ts';

/** More characters GitHub does not take in a comment. */
export const MAX_CHARACTERS = 65_536;

const LEFT_OUT =
  '_This is not all: more would not fit into a comment. The records have everything, and other reports can be made from them._';

/**
 * A comment on a pull request, or the summary of a step: the verdicts and reasons are visible, everything else is collapsed.
 * Never longer than GitHub takes; with many runs those that did not pass stay, and figures go before reasons do.
 */
export const renderMarkdown = (outcomes: readonly Outcome[]): string => {
  const alone = outcomes.length === 1;
  const parts = outcomes.flatMap((outcome) =>
    isRun(outcome) ? partsOfRun(outcome) : partsOfNoRun(outcome),
  );
  return fit(alone ? parts : [overview(outcomes), ...parts], MAX_CHARACTERS, LEFT_OUT);
};

/** More rows are not readable. */
const MAX_ROWS = 200;

const overview = (outcomes: readonly Outcome[]): Part => {
  const verdict = overallVerdict(outcomes);
  const bad = outcomes.filter((outcome) => verdictOf(outcome) !== 'passed').length;
  const title = `## ${MARKS[verdict]} ${plural(outcomes.length, 'scenario')}: ${bad === 0 ? 'all passed' : `${bad} not passed`}`;
  const rows = outcomes
    .map((outcome) => [
      MARKS[verdictOf(outcome)],
      code(cut(nameOf(outcome), 200)),
      `${verdictOf(outcome)} (exit ${exitCodeOf(outcome)})`,
      plain(cut(reasonOf(outcome), 200)),
    ])
    .toSorted(([a = ''], [b = '']) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return {
    rank: 0,
    text: `${title}\n\n${markdownTable({ head: ['', 'scenario', 'verdict', ''], rows, left: [0, 1, 2, 3] }, MAX_ROWS)}`,
  };
};

const ORDER: readonly string[] = [MARKS.failed, MARKS.inconclusive, MARKS.passed];

const reasonOf = (outcome: Outcome): string =>
  isRun(outcome) ? (reasonTexts(outcome)[0] ?? '') : outcome.message;

const partsOfNoRun = (noRun: NoRun): Part[] => [
  {
    rank: 1,
    text: [
      headline(noRun),
      [
        item(cut(noRun.message, 1_000)),
        ...(noRun.hint === null ? [] : [item(`→ ${cut(noRun.hint, 1_000)}`)]),
      ].join('\n'),
    ].join('\n\n'),
  },
];

export const markdownReporter = {
  about: 'for a comment on a pull request',
  fileName: 'report.md',
  several: true,
  render: renderMarkdown,
} as const satisfies Reporter;
