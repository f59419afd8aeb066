import type { InterimSummary } from '@livekit-swarm/analysis';
import type { MetricName, MetricReader } from '@livekit-swarm/metrics';
import { type Emit, type RunMetricName, textOf } from './emit.ts';

/**
 * Limit of the number of reasons. They are short stable codes; the limit keeps metrics bounded in
 * any case.
 */
const MAX_REASONS = 40;

/** Share of the record whose two parts are counted, each with its value of the label `result`. */
interface Share {
  from: MetricName;
  name: RunMetricName;
  hits: string;
  others: string;
}

const JOINS: readonly Share[] = [
  {
    from: 'join_failures',
    name: 'livekit_swarm_run_joins_total',
    hits: 'failed',
    others: 'joined',
  },
];

const AGENTS: readonly Share[] = [
  { from: 'agents_lost', name: 'livekit_swarm_run_agents_total', hits: 'lost', others: 'joined' },
  {
    from: 'agent_transfers_lost',
    name: 'livekit_swarm_run_agent_transfers_total',
    hits: 'lost',
    others: 'transferred',
  },
  {
    from: 'agent_turns_unanswered',
    name: 'livekit_swarm_run_agent_turns_total',
    hits: 'unanswered',
    others: 'answered',
  },
];

const CALLS: readonly Share[] = [
  {
    from: 'rpc_errors',
    name: 'livekit_swarm_run_rpc_calls_total',
    hits: 'failed',
    others: 'answered',
  },
];

const emitShares = (shares: readonly Share[], metrics: MetricReader, emit: Emit): void => {
  for (const { from, name, hits, others } of shares)
    for (const labels of metrics.labelSets(from)) {
      const value = metrics.measure(from, labels);
      if (value?.type !== 'rate') continue;
      emit(name, { ...textOf(labels), result: others }, value.total - value.hits);
      emit(name, { ...textOf(labels), result: hits }, value.hits);
    }
};

export const emitJoins = ({ joins, metrics }: InterimSummary, emit: Emit): void => {
  emitShares(JOINS, metrics, emit);
  emitReasons('livekit_swarm_run_join_failures_total', joins.failureReasons, emit);
  emitReasons('livekit_swarm_run_disconnects_total', joins.disconnectReasons, emit);
};

export const emitAgents = (metrics: MetricReader, emit: Emit): void =>
  emitShares(AGENTS, metrics, emit);

export const emitCalls = (metrics: MetricReader, emit: Emit): void =>
  emitShares(CALLS, metrics, emit);

const emitReasons = (
  name: RunMetricName,
  reasons: readonly { reason: string; count: number }[],
  emit: Emit,
): void => {
  for (const { reason, count } of reasons.slice(0, MAX_REASONS)) emit(name, { reason }, count);
  const others = reasons.slice(MAX_REASONS).reduce((sum, { count }) => sum + count, 0);
  if (others > 0) emit(name, { reason: 'other' }, others);
};

/** Counters by metric of the record, with labels for facts that the record has in the name. */
const COUNTERS: readonly {
  from: MetricName;
  name: RunMetricName;
  labels?: Record<string, string>;
  scale?: number;
}[] = [
  { from: 'join_retries', name: 'livekit_swarm_run_join_retries_total' },
  { from: 'agent_overlaps', name: 'livekit_swarm_run_agent_overlaps_total' },
  { from: 'agent_echoes', name: 'livekit_swarm_run_agent_echoes_total' },
  { from: 'agent_answer_gaps', name: 'livekit_swarm_run_agent_answer_gaps_total' },
  { from: 'stream_drops', name: 'livekit_swarm_run_stream_drops_total' },
  { from: 'resumes', name: 'livekit_swarm_run_reconnects_total', labels: { method: 'resume' } },
  {
    from: 'reconnects',
    name: 'livekit_swarm_run_reconnects_total',
    labels: { method: 'reconnect' },
  },
  {
    from: 'packets_received',
    name: 'livekit_swarm_run_packets_total',
    labels: { direction: 'down' },
  },
  { from: 'packets_sent', name: 'livekit_swarm_run_packets_total', labels: { direction: 'up' } },
  {
    from: 'data_messages_received',
    name: 'livekit_swarm_run_packets_total',
    labels: { direction: 'down', kind: 'data', codec: 'data' },
  },
  {
    from: 'data_messages_sent',
    name: 'livekit_swarm_run_packets_total',
    labels: { direction: 'up', kind: 'data', codec: 'data' },
  },
  { from: 'bytes_received', name: 'livekit_swarm_run_bytes_total', labels: { direction: 'down' } },
  { from: 'bytes_sent', name: 'livekit_swarm_run_bytes_total', labels: { direction: 'up' } },
  { from: 'rtx_packets', name: 'livekit_swarm_run_rtx_packets_total' },
  {
    from: 'packets_recovered',
    name: 'livekit_swarm_run_packets_recovered_total',
    labels: { direction: 'down' },
  },
  {
    from: 'media_interruptions',
    name: 'livekit_swarm_run_media_interruptions_total',
    labels: { direction: 'down' },
  },
  {
    from: 'media_interruption_time',
    name: 'livekit_swarm_run_media_interruption_seconds_total',
    labels: { direction: 'down' },
    scale: 1 / 1_000,
  },
];

/** Shares whose lost part is counted. */
const LOSSES: readonly { from: MetricName; labels: Record<string, string> }[] = [
  { from: 'packet_loss', labels: { direction: 'down', recovery: 'after' } },
  { from: 'packet_loss_before_recovery', labels: { direction: 'down', recovery: 'before' } },
  { from: 'uplink_loss', labels: { direction: 'up', recovery: 'after' } },
  { from: 'uplink_loss_before_recovery', labels: { direction: 'up', recovery: 'before' } },
  {
    from: 'data_loss',
    labels: { direction: 'down', kind: 'data', codec: 'data', recovery: 'after' },
  },
];

/** Counters of feedback, which is sent about the downlink and received about the uplink. */
const FEEDBACK: readonly { from: MetricName; direction: 'up' | 'down'; name: RunMetricName }[] = [
  { from: 'nacks_sent', direction: 'down', name: 'livekit_swarm_run_nacks_total' },
  { from: 'nacks_received', direction: 'up', name: 'livekit_swarm_run_nacks_total' },
  { from: 'plis_sent', direction: 'down', name: 'livekit_swarm_run_plis_total' },
  { from: 'plis_received', direction: 'up', name: 'livekit_swarm_run_plis_total' },
];

export const emitMedia = (metrics: MetricReader, emit: Emit): void => {
  for (const { from, name, labels = {}, scale = 1 } of COUNTERS) {
    for (const { given, count } of countsOf(metrics, from))
      emit(name, { ...given, ...labels }, count * scale);
  }
  for (const { from, labels } of LOSSES) {
    for (const { given, count } of countsOf(metrics, from))
      emit('livekit_swarm_run_packets_lost_total', { ...given, ...labels }, count);
  }
  for (const { from, direction, name } of FEEDBACK) {
    for (const { given, count } of countsOf(metrics, from))
      if (given.direction === direction) emit(name, given, count);
  }
};

const countsOf = (
  metrics: MetricReader,
  from: MetricName,
): { given: Record<string, string>; count: number }[] =>
  metrics.labelSets(from).flatMap((labels) => {
    const value = metrics.measure(from, labels);
    const count =
      value?.type === 'counter' ? value.count : value?.type === 'rate' ? value.hits : null;
    return count === null ? [] : [{ given: textOf(labels), count }];
  });
