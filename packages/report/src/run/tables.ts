import type {
  AffectedParticipant,
  ClientDisagreement,
  ClientSummary,
  FailureReason,
  HealthFinding,
  HostSummary,
  PathSummary,
  Percentiles,
  RoleTraffic,
  Summary,
  ThresholdResult,
  Traffic,
} from '@livekit-swarm/analysis';
import {
  type Aggregation,
  aggregate,
  type MetricName,
  type MetricReader,
} from '@livekit-swarm/metrics';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBits, formatCount, formatMs, formatShare, formatTime, shorten } from '../format.ts';
import { measuredOf, uncertaintyText } from '../phrases/limits.ts';
import { MARKS, type TableData } from '../text-layout.ts';

export const markOf = ({ ok }: ThresholdResult): string =>
  ok === null ? MARKS.inconclusive : ok ? MARKS.passed : MARKS.failed;

/**
 * Every threshold with its mark and what was measured; the last column separates those of the user
 * from the defaults.
 */
export const thresholdTable = (results: readonly ThresholdResult[]): TableData => ({
  head: ['', 'threshold', 'limit', 'measured', ''],
  rows: results.map((result) => [
    markOf(result),
    result.metric,
    result.expression,
    measuredOf(result),
    result.source === 'user' ? 'custom' : 'default',
  ]),
  left: [0, 1, 2, 4],
});

const P95: Aggregation = { type: 'p', percentile: 95 };
const RATE: Aggregation = { type: 'rate' };

/** Figures of each stage and each named window. No rows for a run without them. */
export const stageTable = ({ windows, scenario }: Summary): TableData => {
  const several = scenario.groups.length > 1;
  const shown = windows.filter(
    ({ window }) => window.source !== 'builtin' && !/\.\./.test(window.name),
  );
  return {
    head: [
      '',
      'from',
      'to',
      'joined',
      'failed',
      'join p95',
      '↓ pkt/s',
      'loss',
      'jitter p95',
      'latency p95',
    ],
    rows: shown.map(({ window: { name, group, fromMs, toMs }, metrics }) => [
      several && group !== undefined ? `${group}: ${name}` : name,
      formatTime(fromMs),
      formatTime(toMs),
      ...joins(metrics),
      formatMs(figure(metrics, 'join_time', P95)),
      formatCount(rounded(figure(metrics, 'packets_received', RATE))),
      formatShare(figure(metrics, 'packet_loss', RATE)),
      formatMs(figure(metrics, 'jitter', P95)),
      formatMs(figure(metrics, 'media_latency', P95)),
    ]),
    left: [0],
  };
};

/** Numbers of joins and of failed joins; `–` when no join was attempted. */
const joins = (metrics: MetricReader): [joined: string, failed: string] => {
  const failures = metrics.measure('join_failures');
  return failures?.type === 'rate' && failures.total > 0
    ? [formatNumber(failures.total - failures.hits), formatNumber(failures.hits)]
    : ['–', '–'];
};

const figure = (
  metrics: MetricReader,
  metric: MetricName,
  aggregation: Aggregation,
): number | null => aggregate(metrics.measure(metric), aggregation) ?? null;

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value);

const PHASES = [
  ['started', 'join started'],
  ['signal', 'server answered'],
  ['ice', 'ICE connected'],
  ['joined', 'joined, tracks published'],
  ['firstMedia', 'first media received'],
] as const;

/**
 * Times of each step since the scheduled join; that of a TURN allocation since its first packet.
 */
export const joinTable = ({ joins }: Summary): TableData => ({
  head: ['', 'p50', 'p95', 'max'],
  rows: [
    ...PHASES.flatMap(([phase, label]) => timesRow(label, joins.phases[phase])),
    ...timesRow('TURN server allocated, from its first packet', joins.turnAllocation),
  ],
  left: [0],
});

const timesRow = (label: string, times: Percentiles | null): string[][] =>
  times === null ? [] : [[label, formatMs(times.p50), formatMs(times.p95), formatMs(times.max)]];

/** `19 of 20 joined, 1 failed, …`. */
export const joinCounts = ({ joins }: Summary): string =>
  [
    `${formatNumber(joins.joined)} of ${formatNumber(joins.planned)} joined`,
    `${formatNumber(joins.failed)} failed`,
    `${formatNumber(joins.disconnected)} disconnected`,
    plural(joins.retries, 'retry', 'retries'),
    plural(joins.resumes, 'resume'),
    plural(joins.reconnects, 'reconnect'),
    ...(joins.leftEarly > 0 ? [`${formatNumber(joins.leftEarly)} left before joining`] : []),
    ...(joins.lostEarly > 0
      ? [`${formatNumber(joins.lostEarly)} lost before joining (tolerated)`]
      : []),
    ...(joins.unaccounted > 0 ? [`${formatNumber(joins.unaccounted)} without a result`] : []),
  ].join(', ');

export const trackCounts = ({ tracks: { expected, missing, stalled } }: Summary): string =>
  expected === 0
    ? 'no subscriptions'
    : `${formatNumber(expected - missing)} of ${plural(expected, 'expected track')} received, ${formatNumber(stalled)} stalled`;

/** Reasons of failed joins and disconnections: `failed`, `ice_timeout × 1 (…)`. */
export const joinReasons = ({ joins }: Summary): [outcome: string, reason: string][] => [
  ...joins.failureReasons.map((one): [string, string] => ['failed', reasonText(one)]),
  ...joins.disconnectReasons.map((one): [string, string] => ['disconnected', reasonText(one)]),
];

const reasonText = ({ reason, count, message, hint }: FailureReason): string =>
  `${reason} × ${formatNumber(count)}${message === null ? '' : ` (${message})`}${hint === null ? '' : `: ${hint}`}`;

const ARROWS = { up: '↑', down: '↓' } as const;

/**
 * Media by kind and direction. Loss is after recovery, "loss before" is before it; jitter, latency
 * and RTT are p95.
 */
export const mediaTable = ({ traffic }: Summary): TableData => ({
  head: [
    '',
    'tracks',
    'packets',
    'pkt/s',
    'bitrate',
    'loss',
    'loss before',
    'jitter',
    'latency',
    'RTT',
  ],
  rows: traffic.map((row) => [
    flowOf(row),
    formatNumber(row.tracks),
    ...amounts(row),
    formatShare(row.lossBeforeRecovery),
    ...times(row),
    formatMs(row.rtt?.p95 ?? null),
  ]),
  left: [0],
});

/** Media by role. No rows with a single role: its media are the totals. */
export const roleTable = ({ scenario, roles }: Summary): TableData => {
  const several = scenario.groups.length > 1;
  return {
    head: ['', 'role', 'packets', 'pkt/s', 'bitrate', 'loss', 'jitter', 'latency'],
    rows: roles.map((row) => [flowOf(row), roleName(row, several), ...amounts(row), ...times(row)]),
    left: [0, 1],
  };
};

const flowOf = ({ direction, kind }: Traffic): string => `${ARROWS[direction]} ${kind}`;

const amounts = ({ packets, packetsPerSecond, bitsPerSecond, loss }: Traffic): string[] => [
  formatNumber(packets),
  formatCount(packetsPerSecond === null ? null : Math.round(packetsPerSecond)),
  formatBits(bitsPerSecond),
  formatShare(loss),
];

const times = ({ jitter, latency, latencyUncertaintyMs }: Traffic): string[] => [
  formatMs(jitter?.p95 ?? null),
  `${formatMs(latency?.p95 ?? null)}${uncertaintyText(latencyUncertaintyMs)}`,
];

const roleName = ({ group, role }: RoleTraffic, several: boolean): string =>
  several ? `${group}: ${role}` : role;

const OUTCOMES: Record<NonNullable<AffectedParticipant['outcome']>, string> = {
  left: 'left',
  join_failed: 'join failed',
  disconnected: 'disconnected',
  process_died: 'process died',
};

/** End of the session of a participant. */
export const outcomeText = ({ outcome }: Pick<AffectedParticipant, 'outcome'>): string =>
  outcome === null ? 'unknown' : OUTCOMES[outcome];

/**
 * The most affected participants, in order of severity. No rows where none failed, lost a packet or
 * was interrupted.
 */
export const mostAffectedTable = ({ mostAffected }: Summary): TableData => {
  const none = mostAffected.every(
    ({ outcome, missing, stalled, loss, reconnects, longestInterruptionMs }) =>
      outcome === 'left' &&
      missing + stalled + reconnects + longestInterruptionMs + (loss ?? 0) === 0,
  );
  return {
    head: [
      '',
      'room',
      'outcome',
      'missing',
      'stalled',
      'loss',
      'latency',
      'interrupted',
      'reconnects',
    ],
    rows: (none ? [] : mostAffected).map((one) => [
      shorten(one.identity, 14),
      shorten(one.room, 14),
      outcomeText(one),
      formatNumber(one.missing),
      formatNumber(one.stalled),
      formatShare(one.loss),
      formatMs(one.latencyP95Ms),
      one.longestInterruptionMs > 0 ? formatMs(one.longestInterruptionMs) : '–',
      formatNumber(one.reconnects),
    ]),
    left: [0, 1, 2],
  };
};

/** Joins, media and allocations of each path. No rows where all participants use `direct`. */
export const pathTable = ({ paths }: Pick<Summary, 'paths'>): TableData => ({
  head: [
    'path',
    'selected',
    'joined',
    'failed',
    'join p95',
    'allocation p95',
    'loss',
    'latency p50',
    'latency p95',
    'TCP drops',
  ],
  rows: paths.map((one) => [
    one.path,
    selectedText(one),
    formatNumber(one.joined),
    formatNumber(one.failed),
    formatMs(one.joinTime?.p95 ?? null),
    formatMs(one.allocationTime?.p95 ?? null),
    formatShare(one.loss),
    formatMs(one.latency?.p50 ?? null),
    formatMs(one.latency?.p95 ?? null),
    formatNumber(one.streamDrops),
  ]),
  left: [0, 1],
});

/** Other paths that ICE selected, with their numbers; `–`: none. */
const selectedText = ({ path, selected }: PathSummary): string => {
  const others = Object.entries(selected).filter(([used]) => used !== path);
  return others.length === 0
    ? '–'
    : others.map(([used, count]) => `${used} × ${formatNumber(count)}`).join(', ');
};

/** Figures of the load beside those of real clients; no rows without real clients. */
export const clientTable = ({ clients }: Pick<Summary, 'clients'>): TableData => {
  const [first] = clients;
  const row = (
    name: string,
    { audioLoss, videoLoss, joinTimeP95Ms }: ClientSummary['load'],
    others: string[],
  ): string[] => [
    name,
    formatMs(joinTimeP95Ms),
    formatShare(audioLoss),
    formatShare(videoLoss),
    ...others,
  ];
  return {
    head: [
      '',
      'join p95',
      'audio loss',
      'video loss',
      'frames',
      'freezes',
      'concealed',
      'jitter buffer p95',
      'frame latency p95',
      'starved',
    ],
    rows: [
      ...(first === undefined
        ? []
        : [row('measured by the load', first.load, ['–', '–', '–', '–', '–', '–'])]),
      ...clients.map(({ group, role, clients: count, seen, seconds, starvedSeconds }) =>
        row(`seen by ${plural(count, 'client')} (${group}: ${role})`, seen, [
          formatNumber(seen.framesDecoded),
          `${formatNumber(seen.freezes)} (${formatMs(seen.freezeMs)})`,
          formatShare(seen.concealed),
          formatMs(seen.jitterBufferP95Ms),
          formatMs(seen.frameLatencyP95Ms),
          starvedSeconds === 0 ? '–' : formatShare(starvedSeconds / seconds),
        ]),
      ),
    ],
    left: [0],
  };
};

/** Notes on real clients that disagree with the load, or that lacked CPU time. */
export const clientNotes = ({ clients }: Pick<Summary, 'clients'>): string[] =>
  clients.flatMap((one) => [
    ...one.disagreements.map((code) => `${one.group}: ${one.role}: ${DISAGREEMENTS[code]}`),
    ...(one.starvedSeconds > 0
      ? [
          `${one.group}: ${one.role}: for ${formatShare(one.starvedSeconds / one.seconds)} of the time it lacked CPU time; its figures are of the rest.`,
        ]
      : []),
  ]);

const DISAGREEMENTS: Record<ClientDisagreement, string> = {
  audio_loss: 'its loss of audio packets differs from that of the load by more than 1 %.',
  video_loss: 'its loss of video packets differs from that of the load by more than 1 %.',
  freezes_without_loss: 'its video froze, although neither it nor the load lost packets.',
  join_time: 'its joins took much longer than those of the load.',
};

/** The hosts of a run on several, each judged separately. No rows for a run on one. */
export const hostTable = (
  { hosts }: Pick<Summary, 'hosts'>,
  health: readonly HealthFinding[],
): TableData => ({
  head: ['', 'cores', 'procs', 'participants', 'clock', 'skew', 'impaired', 'health'],
  rows: hosts.map((one) => [
    shorten(one.host, 24),
    formatNumber(one.cores),
    formatNumber(one.shards.length),
    formatNumber(one.participants),
    clockText(one.clock),
    formatMs(one.startSkewMs),
    one.impairedMs === 0 ? '–' : formatMs(one.impairedMs),
    hostHealth(one, health),
  ]),
  left: [0, 7],
});

/** `+12 ms ±0.21 ms`: how the clock of the host was set, and what the correction leaves. */
const clockText = ({ offsetMs, uncertaintyMs }: HostSummary['clock']): string =>
  `${offsetMs > 0 ? '+' : ''}${formatMs(offsetMs)}${uncertaintyText(uncertaintyMs)}`;

const hostHealth = ({ host, lost }: HostSummary, health: readonly HealthFinding[]): string => {
  if (lost !== null) return 'lost';
  const codes = new Set(health.filter((one) => one.host === host).map(({ code }) => code));
  return codes.size === 0 ? 'healthy' : [...codes].join(', ');
};
