import type { FailureReason, Summary } from '@livekit-swarm/analysis';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatMs } from '../format.ts';
import type { TableData } from '../table.ts';

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
