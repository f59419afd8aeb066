import { plural } from '@livekit-swarm/settings';
import { comparisonParts } from '../comparison/markdown.ts';
import { describeScenario } from '../describe-scenario.ts';
import {
  code,
  cut,
  fit,
  item,
  line,
  MAX_CHARACTERS,
  markdownTable,
  type Part,
  plain,
} from '../markdown/elements.ts';
import { noteText } from '../phrases/run-event.ts';
import { serverName, serverText } from '../phrases/server.ts';
import { reasonTexts } from '../phrases/verdict-reason.ts';
import { profileNotes, profileTable } from '../profile/profile-table.ts';
import type { Reporter } from '../reporter.ts';
import { MARKS, type TableData } from '../text-layout.ts';
import { overallVerdict } from './aggregate.ts';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from './report-input.ts';
import { serverLogNotes, serverLogTable } from './server-log.ts';
import { nodeHostTable, remainsText, serverNotes, serverTable } from './server-tables.ts';
import {
  joinCounts,
  joinReasons,
  joinTable,
  mediaTable,
  mostAffectedTable,
  pathTable,
  roleTable,
  stageTable,
  thresholdTable,
  trackCounts,
} from './tables.ts';

const LEFT_OUT =
  '_This is not all: more would not fit into a comment. The records have everything, and other reports can be made from them._';

/**
 * A comment on a pull request, or the summary of a step: the verdicts and reasons are visible,
 * everything else is collapsed. Never longer than GitHub takes; with many runs those that did not
 * pass stay, and figures go before reasons do.
 */
export const renderMarkdown = (outcomes: readonly Outcome[]): string => {
  const alone = outcomes.length === 1;
  const parts = outcomes.flatMap((outcome) =>
    isRun(outcome) ? partsOfRun(outcome) : partsOfNoRun(outcome),
  );
  return fit(alone ? parts : [overview(outcomes), ...parts], MAX_CHARACTERS, LEFT_OUT);
};

/** Most scenarios in the table: more are not readable. */
const MAX_SCENARIOS = 200;

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
    text: `${title}\n\n${markdownTable({ head: ['', 'scenario', 'verdict', ''], rows, left: [0, 1, 2, 3] }, MAX_SCENARIOS)}`,
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
} as const satisfies Reporter<readonly Outcome[]>;

/**
 * Longest text, and most reasons; the first ones are shown. Messages of a server are unbounded.
 */
const MAX_LENGTH = 1_000;
const MAX_REASONS = 20;
const MAX_ROWS = 100;

/**
 * Parts of a run by rank: those of a run that passed are left out before those of one that did not.
 */
export const partsOfRun = (run: ReportInput): Part[] => {
  const { summary, decision } = run;
  const passed = decision.verdict === 'passed';
  const rank = (one: number): number => (passed ? one + 5 : one);
  return [
    {
      rank: rank(1),
      text: [headline(run), line(cut(describeScenario(summary.scenario), MAX_LENGTH)), reasons(run)]
        .filter(Boolean)
        .join('\n\n'),
    },
    { rank: rank(2), text: thresholds(run) },
    { rank: rank(2), text: baseline(run) },
    { rank: rank(3), text: details('Stages', prepared(stageTable(summary), [0])) },
    { rank: rank(3), text: details('Joins', joins(run)) },
    { rank: rank(3), text: details('Media', media(run)) },
    {
      rank: rank(4),
      text: details('Most affected participants', prepared(mostAffectedTable(summary), [0, 1])),
    },
    { rank: rank(4), text: details('Server', server(run)) },
    { rank: rank(4), text: details('Load generator and deployment', surroundings(run)) },
    { rank: rank(2), text: record(run) },
  ];
};

/** `## ✗ voice-ai failed (exit 99)`. */
export const headline = (outcome: Outcome): string => {
  const verdict = verdictOf(outcome);
  return `## ${MARKS[verdict]} ${plain(cut(nameOf(outcome), 200))}: ${verdict} (exit ${exitCodeOf(outcome)})${isRun(outcome) ? ` on ${plain(cut(serverName(outcome.summary), 200))}` : ''}`;
};

const reasons = (run: ReportInput): string => {
  const texts = reasonTexts(run);
  const shown = texts.slice(0, MAX_REASONS).map((reason) => item(cut(reason, MAX_LENGTH)));
  const rest = texts.length - shown.length;
  return [...shown, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join('\n');
};

/** Table of thresholds; crossed ones come first, so that they are seen and stay. */
const thresholds = ({ decision }: ReportInput): string => {
  const order = { false: 0, null: 1, true: 2 } as const;
  const results = decision.thresholds.toSorted((a, b) => order[`${a.ok}`] - order[`${b.ok}`]);
  const table = thresholdTable(results);
  const rows = table.rows.map(
    ([mark = '', metric = '', expression = '', measured = '', source = '']) => [
      mark,
      code(metric),
      code(expression),
      mark === MARKS.passed ? measured : `**${measured}**`,
      source,
    ],
  );
  return markdownTable({ ...table, rows }, MAX_ROWS);
};

/** Comparison with the baseline; empty without one. */
const baseline = ({ comparison }: ReportInput): string =>
  comparison === undefined ? '' : comparisonParts(comparison, false).join('\n\n');

const joins = ({ summary }: ReportInput): string =>
  [
    `${joinCounts(summary)}; ${trackCounts(summary)}.`,
    prepared(joinTable(summary)),
    joinReasons(summary)
      .slice(0, MAX_REASONS)
      .map(([what, why]) => item(`${what}: ${cut(why, MAX_LENGTH)}`))
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');

const media = ({ summary }: ReportInput): string =>
  [prepared(mediaTable(summary)), prepared(roleTable(summary), [1]), prepared(pathTable(summary))]
    .filter(Boolean)
    .join('\n\n');

const server = ({ summary }: ReportInput): string =>
  [
    prepared(serverTable(summary), [0]),
    prepared(nodeHostTable(summary), [0]),
    plain(remainsText(summary) ?? ''),
    prepared(serverLogTable(summary), [0]),
    prepared(profileTable(summary.server.profiles), [0]),
    [...serverNotes(summary), ...serverLogNotes(summary), ...profileNotes(summary.server.profiles)]
      .slice(0, MAX_REASONS)
      .map((note) => item(cut(note, MAX_LENGTH)))
      .join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n');

const surroundings = ({ summary, decision }: ReportInput): string => {
  const { deployment, environment, generator, notes } = summary;
  const facts = {
    'load generator': `${decision.health.length === 0 ? 'healthy' : 'impaired'}, ${plural(generator.processes, 'process', 'processes')}`,
    ...(deployment === null
      ? {}
      : {
          server: serverText(deployment),
          URL: deployment.url,
          nodes: deployment.nodes.join(', '),
        }),
    ...environment,
  };
  const rows = Object.entries(facts).map(([name, value]) => [
    plain(cut(name, 100)),
    plain(cut(String(value), MAX_LENGTH)),
  ]);
  const noted = notes.slice(0, MAX_REASONS).map((note) => item(cut(noteText(note), MAX_LENGTH)));
  return [markdownTable({ head: ['', ''], rows, left: [0, 1] }, MAX_ROWS), noted.join('\n')]
    .filter(Boolean)
    .join('\n\n');
};

const record = ({ recordPath, summary }: ReportInput): string =>
  recordPath === null ? '' : `Record: ${code(recordPath)} (run ${code(summary.run)})`;

/** Collapsed details. The blank lines make GitHub read the content as Markdown. */
const details = (title: string, content: string): string =>
  content === '' ? '' : `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;

/** Names are free text: they are shown as code. */
const prepared = (table: TableData, names: readonly number[] = []): string =>
  markdownTable(
    {
      ...table,
      rows: table.rows.map((cells) =>
        cells.map((cell, column) => (names.includes(column) ? code(cell) : plain(cell))),
      ),
    },
    MAX_ROWS,
  );
