import { ANSWER_SECONDS, JITTER_SECONDS, JOIN_SECONDS, LATENCY_SECONDS } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

const RUN = ['scenario'] as const;
const BY_ROLE = ['scenario', 'group', 'role', 'path'] as const;
const BY_STREAM = ['scenario', 'group', 'role', 'path', 'kind', 'direction', 'codec'] as const;

const KINDS = ['audio', 'video', 'data'] as const;
const MEDIA = ['audio', 'video'] as const;
const DIRECTIONS = ['up', 'down'] as const;

const JOINED = 'after the first join';
const AGENTS = 'after the first caller has an agent, or has lost it';
const TRANSFERS = 'after the first transfer of a caller';
const TURNS = 'after the first turn with a voice agent';
const STREAMS = 'while tracks are sent or received';
const MEDIA_STREAMS = {
  labels: BY_STREAM,
  values: { kind: MEDIA, direction: DIRECTIONS },
  why: STREAMS,
} as const;

/** Additional label of the metrics that a run pushes (`--out`). */
export const PUSH_LABEL = 'testid';

/**
 * Metrics of a running load test (`swarm run --metrics`, `--out`). Up: sent by participants; down:
 * received. Histograms come from sketches: counts are exact, bucket bounds are accurate within 2 %.
 */
export const RUN_METRICS = {
  livekit_swarm_run_info: gauge('Scenario, version and server of the run: always 1', {
    labels: ['scenario', 'run', 'version', 'server_version', 'url'],
  }),
  livekit_swarm_run_phase: gauge('1 for the phase the run is in, 0 for the others', {
    labels: [...RUN, 'phase'],
    values: { phase: ['joining', 'steady', 'leaving', 'ended'] },
  }),
  livekit_swarm_run_participants: gauge('Participants by state; planned is the total of the plan', {
    labels: [...RUN, 'state'],
    values: { state: ['planned', 'waiting', 'connected', 'failed', 'left'] },
  }),
  livekit_swarm_run_joins_total: counter('Joins by result', {
    labels: [...BY_ROLE, 'result'],
    values: { result: ['joined', 'failed'] },
    why: 'after the first join or failed join',
  }),
  livekit_swarm_run_join_failures_total: counter('Participants whose join failed, by reason', {
    labels: [...RUN, 'reason'],
    why: 'after the first failed join',
  }),
  livekit_swarm_run_join_retries_total: counter('Join attempts that were retried', {
    labels: BY_ROLE,
    why: JOINED,
  }),
  livekit_swarm_run_join_duration_seconds: histogram(
    'Time from the scheduled join until the phase was reached',
    JOIN_SECONDS,
    {
      labels: [...BY_ROLE, 'phase'],
      values: { phase: ['token', 'signal', 'ice', 'joined'] },
      why: JOINED,
    },
  ),
  livekit_swarm_run_turn_allocation_seconds: histogram(
    'Time from the first packet to a TURN server until its allocation',
    LATENCY_SECONDS,
    { labels: BY_ROLE, why: 'after the first relayed join' },
  ),
  livekit_swarm_run_first_media_seconds: histogram(
    'Time from the scheduled join until the first media packet of a remote participant',
    JOIN_SECONDS,
    { labels: BY_ROLE, why: 'after the first media packet' },
  ),
  livekit_swarm_run_disconnects_total: counter(
    'Participants that were disconnected and did not recover, by reason',
    {
      labels: [...RUN, 'reason'],
      why: 'after the first disconnect',
    },
  ),
  livekit_swarm_run_reconnects_total: counter('Recovered connections by method', {
    labels: [...BY_ROLE, 'method'],
    values: { method: ['resume', 'reconnect'] },
    why: JOINED,
  }),
  livekit_swarm_run_reconnect_duration_seconds: histogram(
    'Time from the loss of the connection until the media transport was ready again',
    JOIN_SECONDS,
    {
      labels: BY_ROLE,
      why: 'after the first recovered connection',
    },
  ),

  livekit_swarm_run_agents_total: counter('Callers whose voice agent joined in time, or was lost', {
    labels: [...BY_ROLE, 'result'],
    values: { result: ['joined', 'lost'] },
    why: AGENTS,
  }),
  livekit_swarm_run_agent_start_seconds: histogram(
    'Time until the phase of a voice agent was reached: dispatched, duration of the call of the API; offered, from the dispatch until its job was offered to the worker that took it; others, from the join of the caller',
    JOIN_SECONDS,
    {
      labels: [...BY_ROLE, 'phase'],
      values: { phase: ['dispatched', 'offered', 'joined', 'published', 'ready'] },
      why: AGENTS,
    },
  ),
  livekit_swarm_run_agent_transfers_total: counter(
    'Transfers of callers by whether the next voice agent published audio in time',
    {
      labels: [...BY_ROLE, 'result'],
      values: { result: ['transferred', 'lost'] },
      why: TRANSFERS,
    },
  ),
  livekit_swarm_run_agent_transfer_seconds: histogram(
    'Time from the last voice of a voice agent until the next one had published audio',
    JOIN_SECONDS,
    { labels: BY_ROLE, why: TRANSFERS },
  ),
  livekit_swarm_run_agent_turns_total: counter('Turns of callers by the answer of the agent', {
    labels: [...BY_ROLE, 'agent', 'result'],
    values: { result: ['answered', 'unanswered'] },
    why: TURNS,
  }),
  livekit_swarm_run_agent_overlaps_total: counter(
    'Turns in which the voice agent spoke before the caller had finished',
    { labels: BY_ROLE, why: TURNS },
  ),
  livekit_swarm_run_agent_echoes_total: counter(
    'Turns in which the voice agent sent the voice of the caller back',
    { labels: BY_ROLE, why: TURNS },
  ),
  livekit_swarm_run_agent_answer_gaps_total: counter('Answers with a silence within', {
    labels: BY_ROLE,
    why: 'after the first answer of a voice agent',
  }),
  livekit_swarm_run_agent_response_seconds: histogram(
    'Time from the last voice of a caller to the first voice of the agent',
    ANSWER_SECONDS,
    { labels: [...BY_ROLE, 'agent'], why: 'after the first answer of a voice agent' },
  ),
  livekit_swarm_run_agent_barge_in_seconds: histogram(
    'Time from the first voice of a caller that interrupts an answer to the last voice of the agent',
    ANSWER_SECONDS,
    { labels: BY_ROLE, why: 'after the first answer that was interrupted' },
  ),

  livekit_swarm_run_rpc_calls_total: counter('Calls of LiveKit’s RPC by result', {
    labels: [...BY_ROLE, 'result'],
    values: { result: ['answered', 'failed'] },
    why: 'after the first call of a participant',
  }),
  livekit_swarm_run_rpc_seconds: histogram(
    'Time from a call of LiveKit’s RPC to its answer',
    LATENCY_SECONDS,
    { labels: BY_ROLE, why: 'after the first answer' },
  ),

  livekit_swarm_run_packets_total: counter(
    'RTP packets with media, retransmissions apart; for kind data: messages',
    {
      labels: BY_STREAM,
      values: { kind: KINDS, direction: DIRECTIONS },
      why: STREAMS,
    },
  ),
  livekit_swarm_run_stream_drops_total: counter(
    'Packets of paths over TCP that were not sent because TCP had not delivered those before them',
    { labels: BY_ROLE, why: 'after the first one' },
  ),
  livekit_swarm_run_bytes_total: counter('RTP payload', MEDIA_STREAMS),
  livekit_swarm_run_packets_lost_total: counter(
    'Packets (messages of kind data) lost before and after recovery; does not decrease when late packets arrive',
    {
      labels: [...BY_STREAM, 'recovery'],
      values: { kind: KINDS, direction: DIRECTIONS, recovery: ['before', 'after'] },
      why: STREAMS,
    },
  ),
  livekit_swarm_run_nacks_total: counter(
    'NACK messages (RFC 4585): up, sent by the server; down, sent by participants',
    MEDIA_STREAMS,
  ),
  livekit_swarm_run_plis_total: counter(
    'PLI messages (RFC 4585): up, sent by the server; down, sent by participants',
    MEDIA_STREAMS,
  ),
  livekit_swarm_run_rtx_packets_total: counter('Retransmitted packets (RFC 4588)', MEDIA_STREAMS),
  livekit_swarm_run_packets_recovered_total: counter('Packets received by retransmission', {
    ...MEDIA_STREAMS,
    values: { kind: MEDIA, direction: ['down'] },
  }),
  livekit_swarm_run_media_interruptions_total: counter(
    'Intervals of more than 500 ms without media in a received track',
    {
      ...MEDIA_STREAMS,
      values: { kind: MEDIA, direction: ['down'] },
    },
  ),
  livekit_swarm_run_media_interruption_seconds_total: counter(
    'Duration of the media interruptions',
    {
      ...MEDIA_STREAMS,
      values: { kind: MEDIA, direction: ['down'] },
    },
  ),
  livekit_swarm_run_tracks: gauge('Tracks sent or received', {
    labels: BY_STREAM,
    values: { kind: KINDS, direction: DIRECTIONS },
    why: STREAMS,
  }),
  livekit_swarm_run_video_tracks: gauge('Video tracks by frame height', {
    labels: [...RUN, 'direction', 'height'],
    values: { direction: DIRECTIONS },
    why: 'after the first video frame',
  }),
  livekit_swarm_run_jitter_seconds: histogram(
    'Interarrival jitter (RFC 3550 §6.4.1), sampled once per second and track; up, as the server reports it',
    JITTER_SECONDS,
    MEDIA_STREAMS,
  ),
  livekit_swarm_run_rtt_seconds: histogram(
    'Round-trip time between participants and the server, sampled once per second',
    LATENCY_SECONDS,
    {
      ...MEDIA_STREAMS,
    },
  ),
  livekit_swarm_run_media_latency_seconds: histogram(
    'One-way latency from publisher to subscriber, of every packet; for kind data of every message',
    LATENCY_SECONDS,
    {
      labels: BY_STREAM,
      values: { kind: KINDS, direction: ['down'] },
      why: 'after the first received packet',
    },
  ),
  livekit_swarm_run_threshold_met: gauge('1 while a threshold holds, 0 while it is crossed', {
    labels: [...RUN, 'threshold'],
    why: 'after the first measurement of its metric',
  }),
  livekit_swarm_run_threshold_limit: gauge(
    'Limit of a threshold: seconds for times, 0 to 1 for shares, otherwise the unit of the metric',
    { labels: [...RUN, 'threshold', 'metric'] },
  ),
  livekit_swarm_run_verdict: gauge('1 for the verdict of the run, 0 for the others', {
    labels: [...RUN, 'verdict'],
    values: { verdict: ['passed', 'failed', 'inconclusive'] },
    why: 'after the end of the run',
  }),

  livekit_swarm_run_generator_cpu_cores: gauge(
    'CPU cores that the load generator uses, all its processes',
    { labels: RUN },
  ),
  livekit_swarm_run_generator_resident_bytes: gauge(
    'Memory of the load generator, all its processes',
    {
      labels: RUN,
    },
  ),
  livekit_swarm_run_generator_event_loop_lag_seconds: gauge(
    "Delay of the processes' event loops, p99 of the last second, maximum over processes",
    {
      labels: RUN,
    },
  ),
  livekit_swarm_run_generator_late_sends_total: counter(
    'Packets that the generator sent more than 20 ms late',
    {
      labels: RUN,
    },
  ),
  livekit_swarm_run_generator_send_errors_total: counter(
    'Packets that the kernel of the generator refused to send',
    { labels: RUN },
  ),
  livekit_swarm_run_generator_socket_drops_total: counter(
    "Datagrams dropped because the generator's receive buffers were full",
    {
      labels: RUN,
    },
  ),
  livekit_swarm_run_generator_late_joins_total: counter(
    'Joins that the generator started more than a second late',
    {
      labels: RUN,
    },
  ),
  livekit_swarm_run_generator_processes: gauge('Worker processes', {
    labels: [...RUN, 'state'],
    values: { state: ['alive', 'died'] },
  }),
} as const satisfies MetricFamily;
