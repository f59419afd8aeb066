/** Queries of livekit-server that several dashboards show, each with titles and explanations of its own. */
import { promql, type Query, rate } from '../panels/query.ts';
import type { Scope } from './shared.ts';

const byNode = (scope: Scope, expr: string): Query[] => [
  promql(`sum by (${scope.node}) (${expr})`, `{{${scope.node}}}`),
];

export const participantsByNode = (scope: Scope): Query[] =>
  byNode(scope, `instance:livekit_participants:active{${scope.livekitNodes}}`);

/** CPU seconds per second. */
export const cpuByNode = (scope: Scope): Query[] =>
  byNode(scope, `rate(process_cpu_seconds_total{${scope.livekitNodes}}[$__rate_interval])`);

/** Resident memory, bytes. */
export const memoryByNode = (scope: Scope): Query[] =>
  byNode(scope, `process_resident_memory_bytes{${scope.livekitNodes}}`);

/** Bits per second. */
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

/** Joins per second that reach each step. */
export const joinFunnel = ({ livekitNodes }: Scope): Query[] => [
  promql(
    rate('livekit_participant_join_total', `${livekitNodes}, state=~"${STEPS}"`, ['state']),
    '{{state}}',
  ),
];

export const failedMessages = ({ livekitNodes }: Scope): Query =>
  promql(rate('livekit_node_messages', `${livekitNodes}, status="failure"`, ['type']), '{{type}}');
