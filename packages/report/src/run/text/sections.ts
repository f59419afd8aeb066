import { dirname } from 'node:path';
import type { Share, ThresholdResult } from '@livekit-swarm/analysis';
import { formatNumber, plural, shellLine } from '@livekit-swarm/settings';
import { figureLines, noteLines } from '../../comparison/text.ts';
import { describeScenario } from '../../describe-scenario.ts';
import { formatBytes, formatMs, formatShare } from '../../format.ts';
import { describeConclusion, markOfComparison, VERDICT_TEXTS } from '../../phrases/comparison.ts';
import { PASSED_WHILE_SHORT, restrictionOf } from '../../phrases/limits.ts';
import { noteText } from '../../phrases/run-event.ts';
import { serverName, serverText } from '../../phrases/server.ts';
import { reasonTexts } from '../../phrases/verdict-reason.ts';
import { profileNotes, profileTable } from '../../profile/profile-table.ts';
import type { ReportOptions } from '../../reporter.ts';
import {
  MARKS,
  paintOf,
  printable,
  renderHeadedTable,
  renderTable,
  type Style,
  type TableData,
  wrap,
} from '../../text-layout.ts';
import {
  adaptationFacts,
  agentFacts,
  callFacts,
  dataTrackFacts,
  encryptionFacts,
  ingressFacts,
  speakerFacts,
  streamFacts,
} from '../measured-facts.ts';
import type { ReportInput } from '../report-input.ts';
import { serverLogNotes, serverLogTable } from '../server-log.ts';
import { nodeHostTable, remainsText, serverNotes, serverTable } from '../server-tables.ts';
import {
  clientNotes,
  clientTable,
  hostTable,
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
} from '../tables.ts';

/** A titled part of the text; no lines where there is nothing to show. */
type Section = (input: ReportInput, style: Style) => string[];

/** The verdict, the load, and the reasons. */
export const verdictSection: Section = (input, style) => {
  const { summary, decision } = input;
  const { verdict, exitCode } = decision;
  const paint = paintOf(style, verdict);
  const interrupted = summary.end?.reason === 'interrupted' ? ', interrupted' : '';
  const [headline = '', ...more] = wrap(
    `${MARKS[verdict]} ${verdict.toUpperCase()}${interrupted} (exit ${exitCode})  `,
    `${serverName(summary)}: ${describeScenario(summary.scenario)}`,
  );
  const bullets = reasonTexts(input).flatMap((reason) => wrap('  · ', reason));
  return [paint(headline), ...more.map((line) => line.trimEnd()), ...bullets];
};

/** Every threshold with its mark and what was measured. */
const thresholdSection: Section = ({ decision: { thresholds } }, style) => {
  if (thresholds.length === 0) return [];
  const { rows, left } = thresholdTable(thresholds);
  const painted = rows.map(
    ([mark = '', metric = '', expression = '', measured = '', source = ''], index) => [
      paintOf(style, stateOf(thresholds[index]))(mark),
      metric,
      expression,
      measured,
      style.dim(source),
    ],
  );
  // Those that were not judged are among the reasons.
  const restricted = thresholds.filter(({ doubt }) => doubt === null);
  const notes = restricted.flatMap((result) => restrictionOf(result) ?? []);
  return [
    style.title('THRESHOLDS'),
    ...renderTable(painted, left),
    ...notes.flatMap((note) => wrap('  · ', note)),
  ];
};

const stateOf = (result: ThresholdResult | undefined): 'passed' | 'failed' | 'inconclusive' =>
  result?.ok == null ? 'inconclusive' : result.ok ? 'passed' : 'failed';

/** Comparison of the run with its baseline; empty without one. */
const baselineSection: Section = ({ comparison }, style) => {
  if (comparison === undefined) return [];
  const { verdict, base } = comparison;
  const paint =
    verdict === 'regression' ? style.bad : verdict === 'inconclusive' ? style.unsure : style.good;
  return [
    `${style.title('BASELINE')}  ${paint(`${markOfComparison(verdict)} ${VERDICT_TEXTS[verdict]}`)} against ${base.name}`,
    ...wrap('  · ', describeConclusion(comparison)),
    ...figureLines(comparison, style).slice(1),
    ...noteLines(comparison, style).slice(1),
  ];
};

/** Most rows of a table; the JSON report has all. */
const MAX_ROWS = 40;

const cutTable = (table: TableData, style: Style): string[] => {
  const rest = table.rows.length - MAX_ROWS;
  return [
    ...renderHeadedTable({ ...table, rows: table.rows.slice(0, MAX_ROWS) }, style),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more; the JSON report has all`)] : []),
  ];
};

const stageSection: Section = ({ summary }, style) => {
  const table = stageTable(summary);
  return table.rows.length === 0 ? [] : [style.title('STAGES'), ...cutTable(table, style)];
};

/** Numbers of joins, times of each step, and reasons of failed joins. */
const joinSection: Section = ({ summary }, style) => [
  style.title('JOINS'),
  ...wrap('  ', joinCounts(summary)),
  ...wrap('  ', trackCounts(summary)),
  ...renderHeadedTable(joinTable(summary), style),
  ...joinReasons(summary).flatMap(([outcome, reason]) => wrap(`  ${outcome}: `, reason)),
];

/** Media by kind and direction, and of each role and each path where there are several. */
const mediaSection: Section = ({ summary }, style) =>
  summary.traffic.length === 0
    ? []
    : [
        style.title('MEDIA'),
        ...renderHeadedTable(mediaTable(summary), style),
        ...cutTable(roleTable(summary), style),
        ...cutTable(pathTable(summary), style),
      ];

/** Figures of the load beside those of real clients; empty without real clients. */
const clientSection: Section = ({ summary }, style) =>
  summary.clients.length === 0
    ? []
    : [
        style.title('REAL CLIENTS'),
        ...renderHeadedTable(clientTable(summary), style),
        ...clientNotes(summary).flatMap((note) => wrap('  · ', note)),
      ];

const factsSection =
  (
    title: string,
    factsOf: (summary: ReportInput['summary']) => [name: string, value: string][],
  ): Section =>
  ({ summary }, style) => {
    const facts = factsOf(summary);
    if (facts.length === 0) return [];
    const text = facts.map(([name, value]) => `${name} ${value}`).join(' · ');
    return [style.title(title), ...wrap('  ', text)];
  };

/** Layers of video, and the repair of loss. */
const lossRecoverySection: Section = ({ summary: { layers, recovery, traffic } }, style) => {
  if (traffic.length === 0) return [];
  const layerLines = (['up', 'down'] as const).flatMap((direction) => {
    const heights = Object.entries(layers[direction]).map(
      ([height, tracks]) => `${height}p × ${formatNumber(tracks)}`,
    );
    return heights.length === 0 ? [] : wrap(`  layers ${direction}: `, heights.join(', '));
  });
  const facts = [
    `NACK ${formatNumber(recovery.nacksSent)} sent, ${formatNumber(recovery.nacksReceived)} received`,
    `PLI ${formatNumber(recovery.plisSent)} sent, ${formatNumber(recovery.plisReceived)} received`,
    `RTX ${formatNumber(recovery.rtxSent)} sent, ${formatNumber(recovery.rtxReceived)} received`,
    `${plural(recovery.recovered, 'packet')} recovered`,
    `${plural(recovery.interruptions, 'media interruption')} (${formatMs(recovery.interruptionMs)})`,
    ...(layerLines.length === 0
      ? []
      : [plural(recovery.layerSwitches, 'layer switch', 'layer switches')]),
  ];
  return [style.title('LOSS RECOVERY'), ...layerLines, ...wrap('  ', facts.join(' · '))];
};

const mostAffectedSection: Section = ({ summary, recordPath }, style) => {
  const table = mostAffectedTable(summary);
  const [first] = summary.mostAffected;
  if (table.rows.length === 0 || first === undefined) return [];
  const command =
    recordPath === null
      ? []
      : [
          style.dim(
            `  all of one: ${shellLine(['swarm', 'report', dirname(recordPath), '--participant', first.identity])}`,
          ),
        ];
  return [
    style.title('MOST AFFECTED PARTICIPANTS'),
    ...renderHeadedTable(table, style),
    ...command,
  ];
};

/** Load generator health. */
const generatorSection: Section = ({ summary, decision }, style) => {
  const own = summary.generator;
  const cpu =
    own.cpuCores === null
      ? []
      : [`${formatNumber(own.cpuCores.avg)} cores (max ${formatNumber(own.cpuCores.max)})`];
  // Without media the few packets that keep connections alive would carry the cost of everything else.
  const cost =
    own.cpuMicrosPerPacket === null || summary.traffic.length === 0
      ? []
      : [`${formatNumber(own.cpuMicrosPerPacket)} µs of CPU per packet`];
  const busy = own.hostCpu === null ? [] : [`host CPU ${formatShare(own.hostCpu.avg)} busy`];
  const usage = [
    plural(own.processes, 'process', 'processes'),
    ...(own.processesDied > 0 ? [`${formatNumber(own.processesDied)} died`] : []),
    ...cpu,
    ...cost,
    ...(own.residentBytes === null ? [] : [formatBytes(own.residentBytes)]),
    ...busy,
  ];
  const health = [
    `event loop lag p95 ${formatMs(own.eventLoopLag?.p95 ?? null)}`,
    `pump lateness p95 ${formatMs(own.tickLateness?.p95 ?? null)}`,
    `late sends ${shareText(own.lateSends)}`,
    `send errors ${shareText(own.sendErrors)}`,
    `socket drops ${shareText(own.socketDrops)}`,
    `late joins ${shareText(own.lateJoins)}`,
  ];
  const state =
    decision.health.length === 0
      ? style.good('healthy')
      : decision.verdict === 'passed'
        ? style.good(PASSED_WHILE_SHORT)
        : style.unsure('impaired, see the reasons above');
  return [
    `${style.title('LOAD GENERATOR')}  ${state}`,
    ...wrap('  ', usage.join(' · ')),
    ...wrap('  ', health.join(' · ')),
  ];
};

/** Each host of a run on several. */
const hostSection: Section = ({ summary, decision: { health } }, style) => {
  const table = hostTable(summary, health);
  return table.rows.length === 0 ? [] : [style.title('HOSTS'), ...cutTable(table, style)];
};

const shareText = ({ count, share }: Share): string =>
  count === 0 ? '0' : `${formatNumber(count)} (${formatShare(share)})`;

/** The nodes of the deployment, what remains on them, and what could not be measured. */
const serverSection: Section = ({ summary }, style) => {
  const table = serverTable(summary);
  const remains = remainsText(summary);
  const log = serverLogTable(summary);
  const { profiles } = summary.server;
  const profile = profileTable(profiles);
  const notes = [...serverNotes(summary), ...serverLogNotes(summary), ...profileNotes(profiles)];
  if (table.rows.length === 0 && remains === null && notes.length === 0 && log.rows.length === 0)
    return [];
  return [
    style.title('SERVER'),
    ...[table, nodeHostTable(summary)].flatMap((one) =>
      one.rows.length === 0 ? [] : cutTable(one, style),
    ),
    ...[log, profile].flatMap((one) => (one.rows.length === 0 ? [] : cutTable(one, style))),
    ...(remains === null ? [] : wrap('  ', remains)),
    ...notes.flatMap((note) => wrap('  · ', note)),
  ];
};

const deploymentSection: Section = ({ summary: { deployment } }, style) => {
  const lines =
    deployment === null
      ? ['  unknown: the record does not name it']
      : wrap(
          '  ',
          [
            serverText(deployment),
            deployment.embedded ? `${deployment.url}, started by swarm` : deployment.url,
            ...(deployment.streams === true
              ? []
              : [
                  deployment.nodes.length === 0
                    ? 'no node known'
                    : `nodes ${deployment.nodes.join(', ')}`,
                ]),
          ].join(' · '),
        );
  return [style.title('DEPLOYMENT'), ...lines];
};

const noteSection: Section = ({ summary: { notes } }, style) =>
  notes.length === 0
    ? []
    : [style.title('NOTES'), ...notes.flatMap((note) => wrap('  · ', noteText(note)))];

/** Place of the record, as a link where the terminal has them; empty where none was kept. */
export const recordLine = (
  { recordPath, summary }: ReportInput,
  style: Style,
  { link = (path) => path }: ReportOptions,
): string => {
  if (recordPath === null) return '';
  const path = link(printable(recordPath));
  return `${style.title('RECORD')}  ${path}  ${style.dim(`(run ${printable(summary.run)})`)}`;
};

/** Sections in the order of interest: the result, its reasons, then details. The line of the record follows. */
export const SECTIONS: readonly Section[] = [
  verdictSection,
  thresholdSection,
  baselineSection,
  stageSection,
  joinSection,
  mediaSection,
  clientSection,
  factsSection('VOICE AGENTS', agentFacts),
  factsSection('INGRESS AND STREAMS', ingressFacts),
  factsSection('RATE ADAPTATION', adaptationFacts),
  factsSection('END-TO-END ENCRYPTION', encryptionFacts),
  factsSection('CALLS BETWEEN PARTICIPANTS (RPC)', callFacts),
  factsSection('TEXT AND BYTE STREAMS', streamFacts),
  factsSection('DATA TRACKS', dataTrackFacts),
  factsSection('ACTIVE SPEAKERS', speakerFacts),
  lossRecoverySection,
  mostAffectedSection,
  generatorSection,
  hostSection,
  serverSection,
  deploymentSection,
  noteSection,
];
