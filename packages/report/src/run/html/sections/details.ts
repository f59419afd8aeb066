import { aggregate, type MetricName, type MetricReader } from '@livekit-swarm/metrics';
import { formatNumber } from '@livekit-swarm/settings';
import { clock, formatBytes, formatMs, formatShare } from '../../../format.ts';
import { html, type Markup, untrusted } from '../../../html/markup.ts';
import { percentile, RATE } from '../../../html/series-queries.ts';
import { noteText } from '../../../phrases/run-event.ts';
import { profileNotes, profileTable } from '../../../profile/profile-table.ts';
import type { TableData } from '../../../text-layout.ts';
import {
  adaptationFacts,
  agentFacts,
  callFacts,
  dataTrackFacts,
  encryptionFacts,
  ingressFacts,
  speakerFacts,
  streamFacts,
} from '../../measured-facts.ts';
import type { HtmlInput } from '../../report-input.ts';
import { serverLogNotes, serverLogTable } from '../../server-log.ts';
import { nodeHostTable, remainsText, serverNotes, serverTable } from '../../server-tables.ts';
import {
  clientNotes,
  clientTable,
  hostTable,
  joinReasons,
  joinTable,
  mediaTable,
  pathTable,
} from '../../tables.ts';

/** All figures of the run. */
export const detailSection = (input: HtmlInput): Markup => {
  const { summary } = input;
  const { joins } = summary;
  const counts: [string, string][] = [
    ['planned', formatNumber(joins.planned)],
    ['joined', formatNumber(joins.joined)],
    ['failed', formatNumber(joins.failed)],
    ['disconnected', formatNumber(joins.disconnected)],
    ['retried', formatNumber(joins.retries)],
    ['resumed', formatNumber(joins.resumes)],
    ['reconnected', formatNumber(joins.reconnects)],
    ...(joins.unaccounted > 0
      ? [['without a result', formatNumber(joins.unaccounted)] as [string, string]]
      : []),
  ];
  const reasons = joinReasons(summary);
  return html`<section id="figures" aria-labelledby="figures-title">
<div class="head"><h2 id="figures-title">Figures</h2></div>
<div class="card"><h3>Media</h3>${summary.traffic.length === 0 ? html`<p>No media was sent or received.</p>` : table('Media', mediaTable(summary), 'Loss after and before recovery; jitter, latency and RTT are p95')}</div>
${pathCard(input)}
${windowTable(input)}
<div class="thirds">
<div class="card"><h3>Joins</h3>${table('Joins', joinTable(summary), 'From the scheduled join; an allocation from its first packet')}
${list(counts)}${reasons.length > 0 && html`<ul class="plain">${reasons.slice(0, 20).map(([what, why]) => html`<li>${what}: ${untrusted(why)}</li>`)}</ul>`}</div>
<div class="card"><h3>Loss recovery (NACK, RTX, FEC)</h3>${list(recoveryFigures(input))}</div>
<div class="card"><h3>Load generator</h3>${list(generatorFigures(input))}</div>
</div>
${factsCard('Voice agents', agentFacts(summary))}${factsCard('Ingress and streams', ingressFacts(summary))}${factsCard('Rate adaptation', adaptationFacts(summary))}${factsCard('End-to-end encryption', encryptionFacts(summary))}${factsCard('Calls between participants (RPC)', callFacts(summary))}${factsCard('Text and byte streams', streamFacts(summary))}${factsCard('Data tracks', dataTrackFacts(summary))}${factsCard('Active speakers', speakerFacts(summary))}
${clientCard(input)}
${serverCard(input)}
${hostCard(input)}
${summary.notes.length > 0 && html`<div class="card"><h3>Notes</h3><ul class="plain">${summary.notes.slice(0, 30).map((note) => html`<li>${untrusted(noteText(note))}</li>`)}</ul></div>`}
</section>`;
};

export const table = (title: string, { head, rows, left }: TableData, note: string): Markup =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption>${note}</caption><thead><tr>${head.map(
    (text, column) =>
      html`<th scope="col"${!left.includes(column) && html` class="n"`}>${text === '' ? html`<span class="hidden">What</span>` : text}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([first = '', ...others]) =>
      html`<tr><th scope="row">${first}</th>${others.map((text, column) => html`<td${!left.includes(column + 1) && html` class="n"`}>${text}</td>`)}</tr>`,
  )}</tbody></table></div>`;

export const list = (facts: readonly (readonly [string, Markup | string])[]): Markup =>
  html`<dl class="facts">${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;

const pathCard = ({ summary }: HtmlInput): Markup | null =>
  summary.paths.length === 0
    ? null
    : html`<div class="card"><h3>Paths</h3>${table(
        'Paths',
        pathTable(summary),
        'Loss after recovery; packets that TCP did not take in time were not sent',
      )}</div>`;

const clientCard = ({ summary }: HtmlInput): Markup | null =>
  summary.clients.length === 0
    ? null
    : html`<div class="card"><h3>Real clients</h3>${table(
        'Real clients',
        clientTable(summary),
        'Measured by the load, and seen by clients that decode and play',
      )}${clientNotes(summary).map((note) => html`<p>${note}</p>`)}</div>`;

/** The nodes of the deployment, what remains on them, and what could not be measured. */
const serverCard = ({ summary }: HtmlInput): Markup | null => {
  const { rows, ...rest } = serverTable(summary);
  const remains = remainsText(summary);
  const { rows: hostRows, ...hosts } = nodeHostTable(summary);
  const { rows: logRows, ...log } = serverLogTable(summary);
  const { profiles } = summary.server;
  const { rows: profileRows, ...profile } = profileTable(profiles);
  const notes = [...serverNotes(summary), ...serverLogNotes(summary), ...profileNotes(profiles)];
  if (rows.length === 0 && remains === null && notes.length === 0 && logRows.length === 0)
    return null;
  return html`<div class="card" id="server"><h3>Server</h3>${
    rows.length > 0 &&
    table(
      'Server',
      { ...rest, rows: rows.slice(0, MAX_HOSTS).map((cells) => cells.map(untrusted)) },
      'CPU in cores; memory, goroutines, rooms, participants and tracks at most; media received and sent',
    )
  }${
    hostRows.length > 0 &&
    table(
      'Hosts of the nodes',
      { ...hosts, rows: hostRows.slice(0, MAX_HOSTS).map((cells) => cells.map(untrusted)) },
      'Cores that all programs of a host used; steal; memory in use of the nearest limit; entries of the table of tracked connections; packets dropped for lack of one, and held back by the cloud provider',
    )
  }${remains !== null && html`<p>${untrusted(remains)}</p>`}${
    logRows.length > 0 &&
    table(
      'Log of the server',
      { ...log, rows: logRows.map((cells) => cells.map(untrusted)) },
      'Warnings and errors that the server logged during the run, by message',
    )
  }${
    profileRows.length > 0 &&
    table(
      'CPU profile of the server',
      { ...profile, rows: profileRows.map((cells) => cells.map(untrusted)) },
      'Functions of the server with most CPU time of their own, and with what they call, while a limit was crossed',
    )
  }${
    notes.length > 0 &&
    html`<ul class="plain">${notes.slice(0, 30).map((note) => html`<li>${untrusted(note)}</li>`)}</ul>`
  }</div>`;
};

/** More hosts than a page shows well: the JSON report has all. */
const MAX_HOSTS = 60;

const hostCard = ({ summary, decision: { health } }: HtmlInput): Markup | null => {
  const { rows, ...rest } = hostTable(summary, health);
  if (rows.length === 0) return null;
  return html`<div class="card"><h3>Hosts</h3>${table(
    'Hosts',
    { ...rest, rows: rows.slice(0, MAX_HOSTS) },
    'The clock of each host was corrected; what may be left is behind ±',
  )}${rows.length > MAX_HOSTS && html`<p>… and ${formatNumber(rows.length - MAX_HOSTS)} more; --report json has all of them</p>`}</div>`;
};

/** The same figures of each window. */
const windowTable = ({ summary }: HtmlInput): Markup | null => {
  const windows = summary.windows.filter(({ window }) => window.toMs > window.fromMs).slice(0, 60);
  if (windows.length < 2) return null;
  return html`<div class="card"><h3>Windows</h3>${table(
    'Windows',
    {
      head: [
        '',
        'from',
        'to',
        'joins failed',
        'join p95',
        'loss',
        'latency p95',
        'jitter p95',
        'interruptions',
      ],
      rows: windows.map(({ window, metrics }) => [
        window.name,
        clock(window.fromMs),
        clock(window.toMs),
        formatShare(figure(metrics, 'join_failures')),
        formatMs(figure(metrics, 'join_time', 95)),
        formatShare(figure(metrics, 'packet_loss')),
        formatMs(figure(metrics, 'media_latency', 95)),
        formatMs(figure(metrics, 'jitter', 95)),
        countOf(metrics, 'media_interruptions'),
      ]),
      left: [0],
    },
    'The same figures of each window',
  )}</div>`;
};

const figure = (metrics: MetricReader, metric: MetricName, p?: number): number | null =>
  aggregate(metrics.measure(metric), p === undefined ? RATE : percentile(p)) ?? null;

const countOf = (metrics: MetricReader, metric: MetricName): string => {
  const count = aggregate(metrics.measure(metric), { type: 'count' });
  return count === undefined ? '–' : formatNumber(count);
};

const generatorFigures = ({
  summary: { generator: own },
  decision,
}: HtmlInput): [string, string][] => {
  const share = ({ count, share: part }: { count: number; share: number | null }): string =>
    count === 0 ? '0' : `${formatNumber(count)} (${formatShare(part)})`;
  return [
    ['health', decision.health.length === 0 ? 'healthy' : 'impaired'],
    [
      'processes',
      own.processesDied > 0
        ? `${formatNumber(own.processes)}, ${formatNumber(own.processesDied)} died`
        : formatNumber(own.processes),
    ],
    [
      'cores',
      own.cpuCores === null
        ? '–'
        : `${formatNumber(own.cpuCores.avg)}, max ${formatNumber(own.cpuCores.max)}`,
    ],
    [
      'CPU per packet',
      own.cpuMicrosPerPacket === null ? '–' : `${formatNumber(own.cpuMicrosPerPacket)} µs`,
    ],
    ['memory', formatBytes(own.residentBytes)],
    ['host CPU', own.hostCpu === null ? '–' : formatShare(own.hostCpu.avg)],
    [
      'event loop lag',
      own.eventLoopLag === null
        ? '–'
        : `p95 ${formatMs(own.eventLoopLag.p95)}, max ${formatMs(own.eventLoopLag.max)}`,
    ],
    [
      'pump lateness',
      own.tickLateness === null
        ? '–'
        : `p95 ${formatMs(own.tickLateness.p95)}, max ${formatMs(own.tickLateness.max)}`,
    ],
    ['late sends', share(own.lateSends)],
    ['send errors', share(own.sendErrors)],
    ['socket drops', share(own.socketDrops)],
    ['late joins', share(own.lateJoins)],
  ];
};

const factsCard = (title: string, facts: [string, string][]) =>
  facts.length > 0 && html`<div class="card"><h3>${title}</h3>${list(facts)}</div>`;

const recoveryFigures = ({
  summary: { recovery, layers, tracks },
}: HtmlInput): [string, string][] => {
  const heights = (of: Record<string, number>): string =>
    Object.entries(of)
      .map(([height, count]) => `${height}p × ${formatNumber(count)}`)
      .join(', ') || '–';
  return [
    [
      'NACKs',
      `${formatNumber(recovery.nacksSent)} sent, ${formatNumber(recovery.nacksReceived)} received`,
    ],
    [
      'retransmissions',
      `${formatNumber(recovery.rtxReceived)} received, ${formatNumber(recovery.rtxSent)} sent`,
    ],
    ['packets recovered', formatNumber(recovery.recovered)],
    [
      'PLIs',
      `${formatNumber(recovery.plisSent)} sent, ${formatNumber(recovery.plisReceived)} received`,
    ],
    [
      'media interruptions',
      recovery.interruptions === 0
        ? '0'
        : `${formatNumber(recovery.interruptions)}, ${formatMs(recovery.interruptionMs)} in total`,
    ],
    ['tracks', `${formatNumber(tracks.missing)} missing, ${formatNumber(tracks.stalled)} stalled`],
    ['layers sent', heights(layers.up)],
    ['layers received', heights(layers.down)],
    ['layer switches', formatNumber(recovery.layerSwitches)],
  ];
};
