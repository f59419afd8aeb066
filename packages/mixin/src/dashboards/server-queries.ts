/**
 * Queries of livekit-server that several dashboards use, each with its own titles and explanations.
 */
import { promql, type Query, rate } from '../panels/query.ts';
import type { Scope } from './shared.ts';

const byNode = (scope: Scope, expr: string): Query[] => [
  promql(`sum by (${scope.node}) (${expr})`, `{{${scope.node}}}`),
];

export const participantsByNode = (scope: Scope): Query[] =>
  byNode(scope, `instance:livekit_participants:active{${scope.livekitNodes}}`);

/** Used CPU by node, cores. */
export const cpuByNode = (scope: Scope): Query[] =>
  byNode(scope, `rate(process_cpu_seconds_total{${scope.livekitNodes}}[$__rate_interval])`);

/** Resident memory by node, bytes. */
export const memoryByNode = (scope: Scope): Query[] =>
  byNode(scope, `process_resident_memory_bytes{${scope.livekitNodes}}`);

/** Media bit rate by direction, bits/s. */
export const mediaByDirection = ({ node, livekitNodes }: Scope): Query[] => [
  promql(
    `8 * ${rate('livekit_packet_bytes', livekitNodes, [node, 'direction'])}`,
    `{{${node}}} {{direction}}`,
  ),
];

export const tracks = ({ livekitNodes }: Scope): Query[] => [
  promql(`sum by (kind) (livekit_track_published_total{${livekitNodes}})`, 'published {{kind}}'),
  promql(`sum by (kind) (livekit_track_subscribed_total{${livekitNodes}})`, 'subscribed {{kind}}'),
];

const STEPS = 'signal_connected|rtc_init|rtc_connected|rtc_active';

/** Joins that reach each step, joins/s. */
export const joinFunnel = ({ livekitNodes }: Scope): Query[] => [
  promql(
    rate('livekit_participant_join_total', `${livekitNodes}, state=~"${STEPS}"`, ['state']),
    '{{state}}',
  ),
];

export const failedMessages = ({ livekitNodes }: Scope): Query =>
  promql(rate('livekit_node_messages', `${livekitNodes}, status="failure"`, ['type']), '{{type}}');
