import { JITTER_SECONDS, JOIN_SECONDS, LATENCY_SECONDS } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

const RUN = ['scenario'] as const;
const BY_ROLE = ['scenario', 'group', 'role'] as const;
const BY_STREAM = ['scenario', 'group', 'role', 'kind', 'direction', 'codec'] as const;

const KINDS = ['audio', 'video', 'data'] as const;
const MEDIA = ['audio', 'video'] as const;
const DIRECTIONS = ['up', 'down'] as const;

const JOINED = 'the first participant must have got in';
const STREAMS = 'tracks must have been sent or received';
const MEDIA_STREAMS = {
  labels: BY_STREAM,
  values: { kind: MEDIA, direction: DIRECTIONS },
  why: STREAMS,
} as const;

/**
 * A run while it goes on (`swarm run --metrics`). Up is what participants send, down what they receive. Histograms are made of sketches: counts are
 * exact, which bucket a value close to a bound falls into is known within 2 %.
 */
export const RUN_METRICS = {
  swarm_run_info: gauge('What runs: always 1', {
    labels: ['scenario', 'run', 'version', 'server_version', 'url'],
  }),
  swarm_run_phase: gauge('1 for the phase the run is in, 0 for the others', {
    labels: [...RUN, 'phase'],
    values: { phase: ['joining', 'steady', 'leaving', 'ended'] },
  }),
  swarm_run_participants: gauge(
    'Participants by what became of them; planned is all there will be, also those who came and went',
    {
      labels: [...RUN, 'state'],
      values: { state: ['planned', 'waiting', 'present', 'failed', 'left'] },
    },
  ),
  swarm_run_joins_total: counter('Joins that were decided', {
    labels: [...BY_ROLE, 'result'],
    values: { result: ['joined', 'failed'] },
    why: 'a join must have succeeded or failed for good',
  }),
  swarm_run_join_failures_total: counter('Participants that never got in, by reason', {
    labels: [...RUN, 'reason'],
    why: 'a join must have failed for good',
  }),
  swarm_run_join_retries_total: counter('Joins that had to be tried again', {
    labels: BY_ROLE,
    why: JOINED,
  }),
  swarm_run_join_duration_seconds: histogram(
    'From when a join was due until the phase was reached',
    JOIN_SECONDS,
    {
      labels: [...BY_ROLE, 'phase'],
      values: { phase: ['signal', 'ice', 'joined'] },
      why: JOINED,
    },
  ),
  swarm_run_first_media_seconds: histogram(
    'From when a join was due until the first media packet of somebody else arrived',
    JOIN_SECONDS,
    { labels: BY_ROLE, why: 'media of somebody else must have arrived' },
  ),
  swarm_run_disconnects_total: counter(
    'Participants that lost the connection and did not come back, by reason',
    {
      labels: [...RUN, 'reason'],
      why: 'a connection must have been lost for good',
    },
  ),
  swarm_run_reconnects_total: counter('Connections that were lost and came back', {
    labels: [...BY_ROLE, 'way'],
    values: { way: ['resume', 'full'] },
    why: JOINED,
  }),
  swarm_run_reconnect_duration_seconds: histogram(
    'From losing a connection until media could flow again',
    JOIN_SECONDS,
    {
      labels: BY_ROLE,
      why: 'a connection must have been lost and have come back',
    },
  ),

  swarm_run_packets_total: counter(
    'RTP packets with media, retransmissions apart; for kind data: messages',
    {
      labels: BY_STREAM,
      values: { kind: KINDS, direction: DIRECTIONS },
      why: STREAMS,
    },
  ),
  swarm_run_bytes_total: counter('RTP payload', MEDIA_STREAMS),
  swarm_run_packets_lost_total: counter(
    'Packets (messages of kind data) that were missed at first (before) and for good (after); stands still while packets given up turn up after all',
    {
      labels: [...BY_STREAM, 'recovery'],
      values: { kind: KINDS, direction: DIRECTIONS, recovery: ['before', 'after'] },
      why: STREAMS,
    },
  ),
  swarm_run_nacks_total: counter(
    'NACK messages (RFC 4585): up, received from the server; down, sent by us',
    MEDIA_STREAMS,
  ),
  swarm_run_plis_total: counter(
    'PLI messages (RFC 4585): up, received from the server; down, sent by us',
    MEDIA_STREAMS,
  ),
  swarm_run_rtx_packets_total: counter('Retransmitted packets (RFC 4588)', MEDIA_STREAMS),
  swarm_run_packets_recovered_total: counter('Received packets that a retransmission brought', {
    ...MEDIA_STREAMS,
    values: { kind: MEDIA, direction: ['down'] },
  }),
  swarm_run_gaps_total: counter('Pauses of more than 500 ms in a received track', {
    ...MEDIA_STREAMS,
    values: { kind: MEDIA, direction: ['down'] },
  }),
  swarm_run_gap_seconds_total: counter('How long the pauses lasted, summed up', {
    ...MEDIA_STREAMS,
    values: { kind: MEDIA, direction: ['down'] },
  }),
  swarm_run_tracks: gauge('Tracks that are sent or received', {
    labels: BY_STREAM,
    values: { kind: KINDS, direction: DIRECTIONS },
    why: STREAMS,
  }),
  swarm_run_video_tracks: gauge('Video tracks by the height of their picture', {
    labels: [...RUN, 'direction', 'height'],
    values: { direction: DIRECTIONS },
    why: 'a picture must have been sent or received',
  }),
  swarm_run_jitter_seconds: histogram(
    'Interarrival jitter (RFC 3550 §6.4.1), sampled once a second and track; up, as the server reports it',
    JITTER_SECONDS,
    MEDIA_STREAMS,
  ),
  swarm_run_rtt_seconds: histogram(
    'Round-trip time between participants and the server, sampled once a second',
    LATENCY_SECONDS,
    {
      ...MEDIA_STREAMS,
    },
  ),
  swarm_run_media_latency_seconds: histogram(
    'One way from the publisher to the arrival at the subscriber, every packet; for kind data every message',
    LATENCY_SECONDS,
    {
      labels: BY_STREAM,
      values: { kind: KINDS, direction: ['down'] },
      why: 'packets must have been received',
    },
  ),
  swarm_run_threshold_ok: gauge('1 while a threshold holds, 0 while it is crossed', {
    labels: [...RUN, 'threshold'],
    why: 'what the threshold is about must have been measured',
  }),

  swarm_run_generator_cpu_cores: gauge(
    'Processor cores the load generator uses, all its processes',
    { labels: RUN },
  ),
  swarm_run_generator_resident_bytes: gauge('Memory of the load generator, all its processes', {
    labels: RUN,
  }),
  swarm_run_generator_event_loop_lag_seconds: gauge(
    "Delay of the workers' event loops, p99 of the last second, of the worst of them",
    {
      labels: RUN,
    },
  ),
  swarm_run_generator_late_sends_total: counter(
    'Packets that the generator sent more than 20 ms after they were due',
    {
      labels: RUN,
    },
  ),
  swarm_run_generator_send_errors_total: counter(
    'Packets that the kernel of the generator refused to send',
    { labels: RUN },
  ),
  swarm_run_generator_socket_drops_total: counter(
    "Datagrams thrown away because the generator's own receive buffers were full",
    {
      labels: RUN,
    },
  ),
  swarm_run_generator_late_joins_total: counter(
    'Joins that the generator began more than a second after they were due',
    {
      labels: RUN,
    },
  ),
  swarm_run_generator_workers: gauge('Worker processes', {
    labels: [...RUN, 'state'],
    values: { state: ['alive', 'died'] },
  }),
} as const satisfies MetricFamily;
