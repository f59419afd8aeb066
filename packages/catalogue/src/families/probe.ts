import { PATHS } from '@livekit-swarm/scenario';
import { counter, gauge, type MetricFamily, summary } from './entry.ts';

const TAKEN_PATHS = PATHS.filter((path) => path !== 'auto');
const SIDES = ['a', 'b'] as const;
const MEDIA = ['audio', 'video'] as const;
const DIRECTIONS = ['up', 'down'] as const;
const OF_AGENT = 'with a module of kind agent_call, after the phase was reached';
const OF_STREAM = 'with a module of kind hls';
const STARTED = 'with a module of kind hls, after a segment was loaded';
const OF_MEDIA = 'after both participants joined, with a module that has media';

/** Reasons why a probe failed, the most basic first. A probe may have several. */
export const PROBE_FAILURES = [
  'unreachable',
  'rejected',
  'token',
  'join_failed',
  'join_slow',
  'disconnected',
  'participant_missing',
  'media_missing',
  'agent_missing',
  'agent_silent',
  'agent_slow',
  'stream_unavailable',
  'stream_stale',
  'stream_gap',
  'stream_stalled',
  'stream_late',
  'loss',
  'jitter',
  'latency',
  'data_lost',
  'data_slow',
  'wrong_node',
  'timeout',
  'internal',
] as const;
export type ProbeFailure = (typeof PROBE_FAILURES)[number];

/**
 * Labels that scheduled probes add to each metric. For /probe, Prometheus adds them by relabelling.
 * `node` is empty for the target's own URL.
 */
export const PROBE_TARGET_LABELS = ['target', 'module', 'node'] as const;

/**
 * Metrics of probes: two participants in a separate room. Gauges and summaries describe the last
 * probe; counters add up over all probes of the same target, module and node, scheduled or
 * requested.
 */
export const PROBE_METRICS = {
  livekit_swarm_probe_success: gauge(
    "1 when the last probe succeeded: both participants joined, received each other's media, and no limit was exceeded; or a voice agent answered. Modules of kind hls have livekit_swarm_probe_hls_success",
  ),
  livekit_swarm_probe_path_success: gauge(
    'The same as livekit_swarm_probe_success, by the path that media of the module takes',
    { labels: ['path'], values: { path: PATHS } },
  ),
  livekit_swarm_probe_agent_success: gauge(
    'The same as livekit_swarm_probe_success, of probes that call a voice agent; the label is empty for workers without a name',
    { labels: ['agent'], why: 'with a module of kind agent_call' },
  ),
  livekit_swarm_probe_agent_seconds: gauge(
    'Time from the join of the caller until the agent was in the room, had published audio, and was ready to speak',
    {
      labels: ['agent', 'phase'],
      values: { phase: ['joined', 'published', 'ready'] },
      why: OF_AGENT,
    },
  ),
  livekit_swarm_probe_agent_response_seconds: gauge(
    'Time from the last voice of the caller to the first voice of the agent',
    { labels: ['agent'], why: OF_AGENT },
  ),
  livekit_swarm_probe_hls_success: gauge(
    '1 when the last probe of an HLS stream played it without a stall, a missing segment or a stale playlist, and no limit was exceeded',
    { why: OF_STREAM },
  ),
  livekit_swarm_probe_hls_live_age_seconds: gauge(
    'Age of the newest segment of the playlist, the highest of the probe',
    { why: 'with a module of kind hls, while the playlist or its answer has dates' },
  ),
  livekit_swarm_probe_hls_stale: gauge(
    '1 when the playlist had no new segment for more than 1.5 target durations (RFC 8216 §6.2.2)',
    { why: STARTED },
  ),
  livekit_swarm_probe_hls_stalled_seconds: gauge(
    'Time of the probe in which nothing was left to play',
    { why: STARTED },
  ),
  livekit_swarm_probe_hls_skipped_segments: gauge('Segments that could not be played', {
    why: STARTED,
  }),
  livekit_swarm_probe_hls_startup_seconds: gauge(
    'Time from the first request until the first segment was loaded',
    { why: STARTED },
  ),
  livekit_swarm_probe_hls_request_seconds: gauge(
    'Time until a playlist or a segment was loaded, the longest of the probe',
    {
      labels: ['resource'],
      values: { resource: ['playlist', 'segment'] },
      why: 'with a module of kind hls, after one was loaded',
    },
  ),
  livekit_swarm_probe_hls_failed_requests: gauge('Requests of the probe that failed', {
    why: OF_STREAM,
  }),
  livekit_swarm_probe_hls_stream_bytes_per_second: gauge(
    'Bandwidth of the stream: size of the loaded segments by the duration of their media',
    { why: STARTED },
  ),
  livekit_swarm_probe_hls_throughput_bytes_per_second: gauge(
    'Bandwidth of the loads: size of the segments by the time until they were loaded',
    { why: STARTED },
  ),
  livekit_swarm_probe_selected_path_info: gauge('The path that media of each side took: always 1', {
    labels: ['side', 'path'],
    values: { side: SIDES, path: TAKEN_PATHS },
    why: 'after a participant joined',
  }),
  livekit_swarm_probe_allocation_seconds: gauge(
    'Time from the first packet to the TURN server until it allocated an address',
    {
      labels: ['side', 'path'],
      values: { side: SIDES, path: TAKEN_PATHS.filter((path) => path.startsWith('turn-')) },
      why: 'after a participant joined through a TURN server',
    },
  ),
  livekit_swarm_probe_duration_seconds: gauge(
    'Duration of the probe, including the deletion of its room',
  ),
  livekit_swarm_probe_phase_seconds: gauge(
    'Time from the start of the join until the phase was reached',
    {
      labels: ['phase', 'side'],
      values: { phase: ['signal', 'ice', 'dtls', 'first_media'], side: SIDES },
      why: 'after the phase was reached',
    },
  ),
  livekit_swarm_probe_failure: gauge('1 for each reason why the last probe failed', {
    labels: ['reason'],
    values: { reason: PROBE_FAILURES },
    why: 'after a failed probe',
  }),
  livekit_swarm_probe_remote_participants: gauge(
    'Remote participants that this side knows: 1 unless the room is split or the other join failed',
    {
      labels: ['side'],
      values: { side: SIDES },
    },
  ),
  livekit_swarm_probe_media_received: gauge(
    '1 when this side received media of the other one: audio with energy, video with keyframes, data messages',
    {
      labels: ['side'],
      values: { side: SIDES },
      why: 'with a module that sends media or data',
    },
  ),
  livekit_swarm_probe_packets_total: counter('RTP packets with media, retransmissions apart', {
    labels: ['kind', 'direction'],
    values: { kind: MEDIA, direction: DIRECTIONS },
    why: OF_MEDIA,
  }),
  livekit_swarm_probe_loss_ratio: gauge(
    'Ratio of packets lost after retransmission; up, as the server reports it',
    {
      labels: ['kind', 'direction'],
      values: { kind: MEDIA, direction: DIRECTIONS },
      why: OF_MEDIA,
    },
  ),
  livekit_swarm_probe_jitter_seconds: gauge(
    'Interarrival jitter of received media (RFC 3550 §6.4.1), the higher side',
    {
      labels: ['kind'],
      values: { kind: MEDIA },
      why: OF_MEDIA,
    },
  ),
  livekit_swarm_probe_latency_seconds: summary(
    'One-way latency from publisher to subscriber through the server',
    [0.5, 0.95],
    {
      labels: ['kind'],
      values: { kind: MEDIA },
      why: OF_MEDIA,
    },
  ),
  livekit_swarm_probe_rtt_seconds: gauge('Round-trip time to the server, the higher side', {
    why: OF_MEDIA,
  }),
  livekit_swarm_probe_nacks_total: counter(
    'NACK messages (RFC 4585): up, sent by the server; down, sent by participants',
    {
      labels: ['direction'],
      values: { direction: DIRECTIONS },
      why: OF_MEDIA,
    },
  ),
  livekit_swarm_probe_plis_total: counter(
    'PLI messages (RFC 4585): up, sent by the server; down, sent by participants',
    {
      labels: ['direction'],
      values: { direction: DIRECTIONS },
      why: OF_MEDIA,
    },
  ),
  livekit_swarm_probe_data_rtt_seconds: summary(
    'Round-trip time of data messages: the sum of both one-way latencies',
    [0.5, 0.95],
    { why: 'with a module that sends data, after some has arrived' },
  ),
  livekit_swarm_probe_data_loss_ratio: gauge('Ratio of data messages lost', {
    why: 'with a module that sends data',
  }),
  livekit_swarm_probe_node_info: gauge('The node that each side joined: always 1', {
    labels: ['side', 'node_id'],
    values: { side: SIDES },
    why: 'after a participant joined',
  }),
  livekit_swarm_probe_runs_total: counter('Probes by result; rejected ones are not counted', {
    labels: ['result'],
    values: { result: ['success', 'failure'] },
  }),
} as const satisfies MetricFamily;
