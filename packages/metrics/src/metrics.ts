/**
 * The catalogue of everything a run measures and a threshold can be set on. One entry per metric; reports, thresholds and docs read it.
 *
 * - trend: a distribution, in milliseconds. `avg min med max p(N) count`
 * - rate: a share of something. `rate` (0 … 1) and `count` (how many)
 * - counter: a sum. `count` and `rate` (per second while all participants were connected)
 * - gauge: a level over time. `value` (the average) `min` `max` `avg`
 */
export type MetricType = 'trend' | 'rate' | 'counter' | 'gauge';

/** What a selector filters a metric by. */
export type Label = 'kind' | 'direction' | 'group' | 'role' | 'codec';
export type Labels = Partial<Record<Label, string>>;

export interface MetricDefinition {
  type: MetricType;
  unit: 'ms' | 'ratio' | 'packets' | 'bytes' | 'messages' | 'times' | 'tracks' | 'cores' | 'µs';
  /** `neither`: describes the load only. */
  better: 'lower' | 'higher' | 'neither';
  labels: readonly Label[];
  /** Whether it is known by time, so that it can be evaluated in a window (`@peak`). */
  timed: boolean;
  description: string;
}

const BY_ROLE = ['group', 'role'] as const;
const BY_TRACK = ['kind', 'group', 'role', 'codec'] as const;
const BY_STREAM = ['kind', 'direction', 'group', 'role', 'codec'] as const;

const trend = (labels: readonly Label[], description: string): MetricDefinition => ({
  type: 'trend',
  unit: 'ms',
  better: 'lower',
  labels,
  timed: true,
  description,
});
const rate = (labels: readonly Label[], description: string): MetricDefinition => ({
  type: 'rate',
  unit: 'ratio',
  better: 'lower',
  labels,
  timed: true,
  description,
});
const counter = (
  unit: MetricDefinition['unit'],
  better: MetricDefinition['better'],
  labels: readonly Label[],
  description: string,
): MetricDefinition => ({ type: 'counter', unit, better, labels, timed: true, description });
const gauge = (unit: MetricDefinition['unit'], description: string): MetricDefinition => ({
  type: 'gauge',
  unit,
  better: 'lower',
  labels: [],
  timed: true,
  description,
});
/** Known only when a session has ended. */
const atTheEnd = (definition: MetricDefinition): MetricDefinition => ({
  ...definition,
  timed: false,
});

export const METRICS = {
  join_time: trend(
    BY_ROLE,
    'from the scheduled join until the media transport was ready and own tracks were acknowledged',
  ),
  join_start_delay: trend(
    BY_ROLE,
    'from the scheduled join until the attempt that succeeded was started: retries, and lateness of the load generator',
  ),
  signal_time: trend(BY_ROLE, 'from the scheduled join until the server answered'),
  ice_time: trend(BY_ROLE, 'from the scheduled join until ICE was connected'),
  first_media_time: trend(
    BY_ROLE,
    'from the scheduled join until the first media packet of a remote participant arrived',
  ),
  join_failures: rate(BY_ROLE, 'failed joins, of all joins'),
  join_retries: counter('times', 'lower', BY_ROLE, 'join attempts after a failed one'),
  disconnects: rate(
    BY_ROLE,
    'participants that were disconnected and did not recover, of those that joined',
  ),
  resumes: counter('times', 'lower', BY_ROLE, 'connections resumed within the same session'),
  reconnects: counter(
    'times',
    'lower',
    BY_ROLE,
    'connections recovered by a new session: by the SDK (reconnect) or the application (rejoin)',
  ),
  reconnect_time: trend(
    BY_ROLE,
    'from the loss of the connection until media could flow again, by resume, reconnect or rejoin',
  ),

  publish_rejections: atTheEnd(
    rate(
      ['kind', 'group', 'role'],
      'tracks, and flows of data messages, whose publication the server rejected',
    ),
  ),
  missing_tracks: atTheEnd(
    rate(
      ['kind', 'group', 'role'],
      'tracks that should have been received and of which no packet arrived',
    ),
  ),
  stalled_tracks: atTheEnd(
    rate(
      BY_TRACK,
      'received tracks without media when the session ended, although still published',
    ),
  ),
  packet_loss: rate(
    BY_TRACK,
    'downlink packets that never arrived, retransmissions included: lost / (received + lost)',
  ),
  packet_loss_before_recovery: rate(
    BY_TRACK,
    'downlink packets whose first transmission did not arrive, recovered or not; for audio also those that the server received late',
  ),
  uplink_loss: rate(
    BY_TRACK,
    'sent packets that the server still missed after recovery (its receiver reports)',
  ),
  uplink_loss_before_recovery: rate(
    BY_TRACK,
    'sent packets that the server missed at first (its NACKs or transport feedback)',
  ),
  packets_received: counter(
    'packets',
    'higher',
    BY_TRACK,
    'RTP packets with media received, recovered ones included',
  ),
  packets_sent: counter(
    'packets',
    'neither',
    BY_TRACK,
    'RTP packets with media sent, without retransmissions',
  ),
  bytes_received: counter('bytes', 'higher', BY_TRACK, 'RTP payload received'),
  bytes_sent: counter('bytes', 'neither', BY_TRACK, 'RTP payload sent'),
  packets_recovered: counter(
    'packets',
    'neither',
    BY_TRACK,
    'packets that arrived by retransmission',
  ),
  duplicates: counter('packets', 'lower', BY_TRACK, 'packets received more than once'),
  out_of_order: counter('packets', 'lower', BY_TRACK, 'packets that arrived after a later one'),
  nacks_sent: counter(
    'times',
    'lower',
    BY_STREAM,
    'NACK messages (RFC 4585) sent: requests for retransmission',
  ),
  nacks_received: counter('times', 'lower', BY_STREAM, 'NACK messages received from the server'),
  plis_sent: counter(
    'times',
    'lower',
    BY_STREAM,
    'PLI messages (RFC 4585) sent: requests for a keyframe',
  ),
  plis_received: counter('times', 'lower', BY_STREAM, 'PLI messages received from the server'),
  rtx_packets: counter(
    'packets',
    'lower',
    BY_STREAM,
    'retransmitted packets (RFC 4588), sent and received; select a direction for one of them',
  ),
  frames_sent: counter('times', 'neither', BY_TRACK, 'video frames sent, of all simulcast layers'),
  keyframes: counter(
    'times',
    'neither',
    BY_STREAM,
    'keyframes sent and received; select a direction for one of them',
  ),
  jitter: trend(
    BY_TRACK,
    'interarrival jitter (RFC 3550 §6.4.1) of received tracks, sampled once per second and track',
  ),
  uplink_jitter: trend(BY_TRACK, 'interarrival jitter of sent tracks as the server reported it'),
  rtt: trend(BY_STREAM, 'round-trip time between participant and server, sampled once per second'),
  media_latency: trend(
    BY_TRACK,
    'one-way latency from the publisher (abs-capture-time) to the arrival at the subscriber, every packet',
  ),
  media_interruptions: counter(
    'times',
    'lower',
    BY_TRACK,
    'media interruptions of more than 500 ms in received tracks',
  ),
  media_interruption_time: counter(
    'ms',
    'lower',
    BY_TRACK,
    'total duration of the media interruptions',
  ),
  layer_switches: counter(
    'times',
    'neither',
    BY_TRACK,
    'changes of resolution within received tracks',
  ),

  data_latency: trend(BY_ROLE, 'one-way latency of data messages, every message'),
  data_loss: rate(BY_ROLE, 'data messages that never arrived'),
  data_messages_received: counter('messages', 'higher', BY_ROLE, 'data messages received'),
  data_messages_sent: counter('messages', 'neither', BY_ROLE, 'data messages sent'),

  late_sends: rate([], 'packets sent more than 20 ms after their scheduled time'),
  send_errors: rate([], 'packets that the kernel of the load generator did not send'),
  socket_drops: rate(
    [],
    'datagrams dropped because receive buffers of the load generator were full',
  ),
  late_joins: atTheEnd(
    rate([], 'joins that started more than a second after their scheduled time'),
  ),
  event_loop_lag: trend([], 'event-loop delay of the workers, p99 of each second'),
  tick_lateness: trend([], 'highest lateness of a pump thread in each second'),
  cpu_cores: gauge('cores', 'CPU cores used by all workers'),
  cpu_per_packet: gauge('µs', 'CPU time of the workers per datagram sent or received'),
  resident_memory: gauge('bytes', 'memory of all workers'),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

export const metricNames = (): MetricName[] => Object.keys(METRICS).filter(isMetricName);

/** The catalogue's entry, without the literal types that make comparing awkward. */
export const metricDefinition = (name: MetricName): MetricDefinition => METRICS[name];
