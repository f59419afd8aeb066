import type {
  AffectedParticipant,
  FailureReason,
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
import { formatBits, formatCount, formatMs, formatShare, formatTime, shorten } from './format.ts';
import { measuredOf } from './phrases/limits.ts';
import { MARKS, type TableData } from './text-layout.ts';

export const markOf = ({ ok }: ThresholdResult): string =>
  ok === null ? MARKS.inconclusive : ok ? MARKS.passed : MARKS.failed;

/** Every threshold with its mark and what was measured; the last column separates those of the user from the defaults. */
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

/** The same figures of each stage and each named window. No rows for a run without them. */
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

/** `–` where no join was attempted. */
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

/** How long each step took, all from the scheduled join. */
export const joinTable = ({ joins }: Summary): TableData => ({
  head: ['', 'p50', 'p95', 'max'],
  rows: PHASES.flatMap(([phase, label]) => {
    const times = joins.phases[phase];
    return times === null
      ? []
      : [[label, formatMs(times.p50), formatMs(times.p95), formatMs(times.max)]];
  }),
  left: [0],
});

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

const reasonText = ({ reason, count, message }: FailureReason): string =>
  `${reason} × ${formatNumber(count)}${message === null ? '' : ` (${message})`}`;

const ARROWS = { up: '↑', down: '↓' } as const;

/** Media by kind and direction. Loss is after recovery, "before" is loss before recovery; jitter, latency and RTT are p95. */
export const mediaTable = ({ traffic }: Summary): TableData => ({
  head: ['', 'tracks', 'packets', 'pkt/s', 'bitrate', 'loss', 'before', 'jitter', 'latency', 'RTT'],
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

const times = ({ jitter, latency }: Traffic): string[] => [
  formatMs(jitter?.p95 ?? null),
  formatMs(latency?.p95 ?? null),
];

const roleName = ({ group, role }: RoleTraffic, several: boolean): string =>
  several ? `${group}: ${role}` : role;

const OUTCOMES: Record<NonNullable<AffectedParticipant['outcome']>, string> = {
  left: 'left',
  join_failed: 'join failed',
  disconnected: 'disconnected',
  worker_died: 'worker died',
};

/** How the session of a participant ended. */
export const outcomeText = ({ outcome }: Pick<AffectedParticipant, 'outcome'>): string =>
  outcome === null ? 'unknown' : OUTCOMES[outcome];

/** The most affected participants, in order of severity. No rows where no participant was to receive anything and none failed. */
export const mostAffectedTable = ({ mostAffected }: Summary): TableData => {
  const none = mostAffected.every(
    ({ outcome, missing, stalled, loss, reconnects }) =>
      outcome === 'left' && missing + stalled + reconnects === 0 && loss === null,
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
