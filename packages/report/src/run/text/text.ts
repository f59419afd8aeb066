import { plural } from '@livekit-swarm/settings';
import { formatMs, formatShare } from '../../format.ts';
import { reasonTexts } from '../../phrases/verdict-reason.ts';
import type { Reporter, ReportOptions } from '../../reporter.ts';
import {
  MARKS,
  paintOf,
  printable,
  renderTable,
  type Style,
  styleFor,
  wrap,
} from '../../text-layout.ts';
import { overallExitCode, overallVerdict } from '../aggregate.ts';
import {
  exitCodeOf,
  isRun,
  type NoRun,
  nameOf,
  type Outcome,
  type ReportInput,
  verdictOf,
} from '../report-input.ts';
import { recordLine, SECTIONS } from './sections.ts';

/** The summary at the end of a run: at most 100 columns, colours only when asked for. */
export const renderText = (input: ReportInput, options: ReportOptions = {}): string => {
  const style = styleFor(options.color ?? false);
  const sections = SECTIONS.map((section) => section(input, style)).filter(
    (lines) => lines.length > 0,
  );
  const text = printable(sections.map((lines) => lines.join('\n')).join('\n\n'));
  const record = recordLine(input, style, options);
  return `${text}${record === '' ? '' : `\n\n${record}`}\n`;
};

/** Lines on a run that did not start: the reason, and what to do. */
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
} as const satisfies Reporter<readonly Outcome[]>;

/** Longest reason, characters; the run's own report has it whole. */
const LONGEST = 100;

/** Several runs in a line each, and why those did not pass that did not. */
export const renderOverview = (
  outcomes: readonly Outcome[],
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const verdict = overallVerdict(outcomes);
  const passed = outcomes.filter((outcome) => verdictOf(outcome) === 'passed').length;
  const title = `${MARKS[verdict]} ${plural(outcomes.length, 'SCENARIO', 'SCENARIOS')}: ${passed} passed, ${outcomes.length - passed} not (exit ${overallExitCode(outcomes)})`;
  const head = ['', 'scenario', 'exit', 'joined', 'join p95', 'loss', 'latency p95'].map(style.dim);
  const rows = outcomes.map((outcome) => {
    const paint = paintOf(style, verdictOf(outcome));
    return [
      paint(MARKS[verdictOf(outcome)]),
      nameOf(outcome),
      String(exitCodeOf(outcome)),
      ...figuresOf(outcome),
    ];
  });
  const reasons = outcomes.flatMap((outcome) => {
    const [why] = isRun(outcome) ? reasonTexts(outcome) : [outcome.message];
    return why === undefined ? [] : wrap('  · ', `${nameOf(outcome)}: ${cut(why)}`);
  });
  return printable(
    `${[paintOf(style, verdict)(title), ...renderTable([head, ...rows], [0, 1]), ...reasons].join('\n')}\n`,
  );
};

const figuresOf = (outcome: Outcome): string[] => {
  if (!isRun(outcome)) return ['–', '–', '–', '–'];
  const { joins, traffic } = outcome.summary;
  const down = traffic.filter(({ direction, kind }) => direction === 'down' && kind !== 'data');
  const worst = (figure: (row: (typeof down)[number]) => number | null): number | null =>
    down.reduce<number | null>((most, row) => {
      const value = figure(row);
      return value === null ? most : Math.max(most ?? value, value);
    }, null);
  return [
    `${joins.joined}/${joins.planned}`,
    formatMs(joins.phases.joined?.p95 ?? null),
    formatShare(worst(({ loss }) => loss)),
    formatMs(worst(({ latency }) => latency?.p95 ?? null)),
  ];
};

const cut = (text: string): string => {
  const line = text.split('\n')[0] ?? '';
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};
