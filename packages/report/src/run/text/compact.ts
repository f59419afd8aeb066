import { dirname } from 'node:path';
import type { Summary, ThresholdResult } from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes, formatMs, formatShare } from '../../format.ts';
import { markOfComparison, VERDICT_TEXTS } from '../../phrases/comparison.ts';
import {
  healthText,
  measuredOf,
  PASSED_WHILE_SHORT,
  restrictionOf,
  thresholdName,
} from '../../phrases/limits.ts';
import { noteText } from '../../phrases/run-event.ts';
import type { ReportOptions } from '../../reporter.ts';
import { printable, renderHeadedTable, type Style, styleFor, wrap } from '../../text-layout.ts';
import { agentFacts } from '../measured-facts.ts';
import type { ReportInput } from '../report-input.ts';
import { serverNotes } from '../server-tables.ts';
import { clientNotes, joinCounts, mediaTable, trackCounts } from '../tables.ts';
import { recordLine, verdictSection } from './sections.ts';
import { renderText } from './text.ts';

/** Most lines of the compact summary of a passed run. */
const MAX_LINES = 25;

/** Most rows of media; the full summary has all. */
const MAX_MEDIA = 6;

/** Most lines of verdict and load, and of one fact: a scenario may have many groups. */
const MAX_VERDICT = 4;
const MAX_FACT = 2;

/**
 * The summary at the end of a run in short: of a passed run in at most 25 lines, of every other run
 * in full, because its reasons may be anywhere.
 */
export const renderCompact = (input: ReportInput, options: ReportOptions = {}): string => {
  const { decision, summary, recordPath } = input;
  // An interrupted run may have passed so far.
  if (decision.verdict !== 'passed' || decision.exitCode !== 0) return renderText(input, options);
  const style = styleFor(options.color ?? false);
  const head = [
    ...first(verdictSection(input, style), MAX_VERDICT),
    '',
    ...factsOf(input).flatMap(([name, value]) =>
      first(wrap(`  ${name.padEnd(NAME)}  `, value), MAX_FACT),
    ),
  ];
  const foot = recordPath === null ? [] : nextLines(dirname(recordPath));
  // The line of the record, and the blank line before it.
  const record = recordPath === null ? 0 : 2;
  const space = MAX_LINES - head.length - foot.length - record;
  const texts = notesOf(input);
  const media = mediaLines(summary, space - (texts.length === 0 ? 0 : LEAST_NOTES), style);
  const notes = noteLines(texts, space - media.length);
  const end =
    recordPath === null
      ? ''
      : `\n\n${recordLine(input, style, options)}${printable(foot.map((line) => `\n${line}`).join(''))}`;
  return `${printable([...head, ...media, ...notes].join('\n'))}${end}\n`;
};

/** The first lines of a text; the last ends with … where some are left out. */
const first = (lines: readonly string[], most: number): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most - 1), `${lines[most - 1]?.replace(/.{1,2}$/, '')} …`];

/** Width of the names of facts. */
const NAME = 10;

type Fact = [name: string, value: string];

/** Facts that an operator looks at first, in a line each. */
const factsOf = ({ summary, decision, comparison }: ReportInput): Fact[] => {
  const { joined } = summary.joins.phases;
  return [
    ...(decision.thresholds.length === 0
      ? []
      : [['thresholds', thresholdsText(decision.thresholds)] satisfies Fact]),
    ...(comparison === undefined
      ? []
      : [
          [
            'baseline',
            `${markOfComparison(comparison.verdict)} ${VERDICT_TEXTS[comparison.verdict]} against ${comparison.base.name}`,
          ] satisfies Fact,
        ]),
    ['joins', joinCounts(summary)],
    ...(joined === null
      ? []
      : [
          [
            'join time',
            `p50 ${formatMs(joined.p50)}, p95 ${formatMs(joined.p95)}, max ${formatMs(joined.max)}`,
          ] satisfies Fact,
        ]),
    ['tracks', trackCounts(summary)],
    ...conversationFacts(summary),
    ...serverFacts(summary),
    ['generator', generatorText(summary, decision.health.length > 0)],
  ];
};

/** `9 of 9 met; nearest to its limit: join_time: p(95)<2000, 105 ms`. */
const thresholdsText = (results: readonly ThresholdResult[]): string => {
  const met = results.filter(({ ok }) => ok === true).length;
  const [nearest] = results
    .flatMap((result) => {
      const share = usedShare(result);
      return share === null ? [] : [{ result, share }];
    })
    .sort((a, b) => b.share - a.share);
  const counts = `${formatNumber(met)} of ${formatNumber(results.length)} met`;
  return nearest === undefined
    ? counts
    : `${counts}; nearest to its limit: ${thresholdName(nearest.result)}, ${measuredOf(nearest.result)}`;
};

/** Part of a limit that a value uses, 1 at the limit; null: the limit is zero, or nothing is used. */
const usedShare = ({ threshold: { operator, limit }, value }: ThresholdResult): number | null => {
  if (value === null || value <= 0 || limit <= 0) return null;
  return operator.startsWith('<') ? value / limit : operator.startsWith('>') ? limit / value : null;
};

const conversationFacts = (summary: Summary): Fact[] => {
  const facts = agentFacts(summary).map(([name, value]) => `${name} ${value}`);
  return facts.length === 0 ? [] : [['agents', facts.join(' · ')]];
};

const serverFacts = ({ server: { nodes, total } }: Summary): Fact[] => {
  const all = total ?? nodes[0];
  if (all === undefined) return [];
  const facts = [
    ...(nodes.length > 1 ? [plural(nodes.length, 'node')] : []),
    ...(all.cpuCores === null
      ? []
      : [`${formatNumber(all.cpuCores.avg)} cores (max ${formatNumber(all.cpuCores.max)})`]),
    ...(all.memoryBytes === null ? [] : [formatBytes(all.memoryBytes.max)]),
  ];
  return facts.length === 0 ? [] : [['server', facts.join(' · ')]];
};

const generatorText = ({ generator, hosts }: Summary, isShort: boolean): string => {
  const { cpuCores, hostCpu } = generator;
  return [
    isShort ? PASSED_WHILE_SHORT : 'healthy',
    ...(hosts.length > 0 ? [plural(hosts.length, 'host')] : []),
    ...(cpuCores === null ? [] : [`${formatNumber(cpuCores.avg)} cores`]),
    ...(hostCpu === null ? [] : [`host CPU ${formatShare(hostCpu.avg)} busy`]),
  ].join(' · ');
};

/** Lines of a table of media beside its rows: the blank line and the heads of columns. */
const MEDIA_HEAD = 2;

/** Media by kind and direction, below a blank line, as far as there is space. */
const mediaLines = (summary: Summary, space: number, style: Style): string[] => {
  const most = Math.min(MAX_MEDIA, space - MEDIA_HEAD);
  if (summary.traffic.length === 0 || most < 1) return [];
  const table = mediaTable(summary);
  return ['', ...renderHeadedTable({ ...table, rows: table.rows.slice(0, most) }, style)];
};

/** Lines of the shortest notes: a blank line and the number of them. */
const LEAST_NOTES = 2;

/** Further facts about a passed run: a busy host first. */
const notesOf = ({ summary, decision }: ReportInput): string[][] => {
  const busy = summary.notes.filter(({ code }) => code === 'host_busy');
  const others = summary.notes.filter(({ code }) => code !== 'host_busy');
  return [
    ...busy.map(noteText),
    ...decision.health.map(healthText),
    ...decision.thresholds.flatMap((result) => restrictionOf(result) ?? []),
    ...others.map(noteText),
    ...clientNotes(summary),
    ...serverNotes(summary),
  ].map((note) => wrap('  · ', note));
};

/** Notes below a blank line, as far as there is space. */
const noteLines = (notes: readonly string[][], space: number): string[] => {
  if (space < LEAST_NOTES) return [];
  const fitting = fit(notes, space - 1);
  const left = notes.length - fitting.length;
  const lines = fitting.flat();
  if (left > 0) lines.push(`  · ${plural(left, 'more note')}: swarm report`);
  return lines.length === 0 ? [] : ['', ...lines];
};

/** As many notes as fit into these lines, the first ones; one line stays for the number of others. */
const fit = (notes: readonly string[][], lines: number): string[][] => {
  let used = 0;
  const all = notes.flat().length;
  const fitting: string[][] = [];
  for (const note of notes) {
    used += note.length;
    if (used > (all <= lines ? lines : lines - 1)) break;
    fitting.push(note);
  }
  return fitting;
};

/** Commands for the next look at the run. */
const nextLines = (dir: string): string[] => [
  `NEXT    swarm report ${dir} shows everything; --report html writes a page`,
];
