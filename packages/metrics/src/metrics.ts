/**
 * The catalogue of everything a run measures and a threshold can be set on. One entry a metric; reports, thresholds and docs read it.
 *
 * - trend: a distribution, in milliseconds. `avg min med max p(N) count`
 * - rate: a share of something. `rate` (0 … 1) and `count` (how many)
 * - counter: a sum. `count` and `rate` (per second while everybody was in)
 * - gauge: a level over time. `value` (the average) `min` `max` `avg`
 */
export type MetricType = 'trend' | 'rate' | 'counter' | 'gauge';

/** What a selector can narrow a metric down by. */
export type Label = 'kind' | 'direction' | 'group' | 'role' | 'codec';
export type Labels = Partial<Record<Label, string>>;

export interface MetricDefinition {
  type: MetricType;
  unit: 'ms' | 'ratio' | 'packets' | 'bytes' | 'messages' | 'times' | 'tracks' | 'cores' | 'µs';
  /** Which way is good; `neither` for what only describes the load. */
  better: 'lower' | 'higher' | 'neither';
  labels: readonly Label[];
  /** Whether it is known by time, so that it can be judged of a part of the run (`@peak`). */
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
/** What is known of a stay only when it has ended. */
const atTheEnd = (definition: MetricDefinition): MetricDefinition => ({
  ...definition,
  timed: false,
});

export const METRICS = {
  join_time: trend(
    BY_ROLE,
    'from when a join was due until the media transport stood and own tracks were acknowledged',
  ),
  join_start_delay: trend(
    BY_ROLE,
    'from when a join was due until the attempt that succeeded was started: retries, and our own lateness',
  ),
  signal_time: trend(BY_ROLE, 'from when a join was due until the server answered it'),
  ice_time: trend(BY_ROLE, 'from when a join was due until ICE was connected'),
  first_media_time: trend(
    BY_ROLE,
    'from when a join was due until the first media packet of somebody else arrived',
  ),
  join_failures: rate(BY_ROLE, 'participants that never got in, of those that tried'),
  join_retries: counter('times', 'lower', BY_ROLE, 'joins that had to be tried again'),
  disconnects: rate(
    BY_ROLE,
    'participants that lost the connection and did not come back, of those that got in',
  ),
  resumes: counter('times', 'lower', BY_ROLE, 'connections taken up again with the same session'),
  reconnects: counter(
    'times',
    'lower',
    BY_ROLE,
    'connections made anew after one was lost, by the SDK or by the application',
  ),
  reconnect_time: trend(
    BY_ROLE,
    'from losing the connection until media could flow again, by resume, reconnect or rejoin',
  ),

  publish_refusals: atTheEnd(
    rate(
      ['kind', 'group', 'role'],
      'tracks, and flows of data, that the server did not let their publisher publish',
    ),
  ),
  missing_tracks: atTheEnd(
    rate(
      ['kind', 'group', 'role'],
      'tracks that should have been received and of which no packet ever came',
    ),
  ),
  stalled_tracks: atTheEnd(
    rate(
      BY_TRACK,
      'received tracks of which no media came any more when the stay ended, though somebody still published them',
    ),
  ),
  packet_loss: rate(
    BY_TRACK,
    'downlink packets that never came, retransmissions included: lost / (received + lost)',
  ),
  packet_loss_before_recovery: rate(
    BY_TRACK,
    'downlink packets whose first transmission never came, recovered or not; for audio also those the server itself got late',
  ),
  uplink_loss: rate(
    BY_TRACK,
    'packets we sent that the server still missed after recovery (its receiver reports)',
  ),
  uplink_loss_before_recovery: rate(
    BY_TRACK,
    'packets we sent that the server missed at first (its NACKs or transport feedback)',
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
    'RTP packets with media sent, retransmissions apart',
  ),
  bytes_received: counter('bytes', 'higher', BY_TRACK, 'RTP payload received'),
  bytes_sent: counter('bytes', 'neither', BY_TRACK, 'RTP payload sent'),
  packets_recovered: counter(
    'packets',
    'neither',
    BY_TRACK,
    'received packets that a retransmission brought',
  ),
  duplicates: counter('packets', 'lower', BY_TRACK, 'packets received more than once'),
  out_of_order: counter('packets', 'lower', BY_TRACK, 'packets that came after a later one'),
  nacks_sent: counter(
    'times',
    'lower',
    BY_STREAM,
    'NACK messages (RFC 4585) by which we asked for packets again',
  ),
  nacks_received: counter(
    'times',
    'lower',
    BY_STREAM,
    'NACK messages by which the server asked us for packets again',
  ),
  plis_sent: counter(
    'times',
    'lower',
    BY_STREAM,
    'PLI messages (RFC 4585) by which we asked for a keyframe',
  ),
  plis_received: counter(
    'times',
    'lower',
    BY_STREAM,
    'PLI messages by which the server asked us for a keyframe',
  ),
  rtx_packets: counter(
    'packets',
    'lower',
    BY_STREAM,
    'retransmitted packets (RFC 4588), sent and received; select a direction to tell them apart',
  ),
  keyframes: counter(
    'times',
    'neither',
    BY_STREAM,
    'keyframes sent and received; select a direction to tell them apart',
  ),
  jitter: trend(
    BY_TRACK,
    'interarrival jitter (RFC 3550 §6.4.1) of received tracks, sampled once a second and track',
  ),
  uplink_jitter: trend(BY_TRACK, 'interarrival jitter of our tracks as the server reported it'),
  rtt: trend(BY_STREAM, 'round-trip time between us and the server, sampled once a second'),
  media_latency: trend(
    BY_TRACK,
    'one way from the publisher (abs-capture-time) to the arrival at the subscriber, every packet',
  ),
  gaps: counter('times', 'lower', BY_TRACK, 'pauses of more than 500 ms in a received track'),
  gap_time: counter('ms', 'lower', BY_TRACK, 'milliseconds that the pauses lasted, summed up'),
  layer_switches: counter(
    'times',
    'neither',
    BY_TRACK,
    'changes of resolution within received tracks',
  ),

  data_latency: trend(BY_ROLE, 'one way of data messages, every message'),
  data_loss: rate(BY_ROLE, 'data messages that never came'),
  data_messages_received: counter('messages', 'higher', BY_ROLE, 'data messages received'),
  data_messages_sent: counter('messages', 'neither', BY_ROLE, 'data messages sent'),

  late_sends: rate([], 'packets the generator sent more than 20 ms after they were due'),
  send_errors: rate([], 'packets that the kernel of the generator refused to send'),
  socket_drops: rate(
    [],
    "datagrams thrown away because the generator's own receive buffers were full",
  ),
  late_joins: atTheEnd(
    rate([], 'joins the generator began more than a second after they were due'),
  ),
  event_loop_lag: trend([], "delay of the workers' event loops, p99 of each second"),
  tick_late: trend([], 'how late the threads of the packet pump woke, worst of each second'),
  cpu_cores: gauge('cores', 'processor cores the workers used together'),
  cpu_per_packet: gauge('µs', 'processor time of the workers for each datagram sent or received'),
  resident_memory: gauge('bytes', 'memory of the workers together'),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

export const metricNames = (): MetricName[] => Object.keys(METRICS).filter(isMetricName);

/** The catalogue's entry, without the literal types that make comparing awkward. */
export const metricDefinition = (name: MetricName): MetricDefinition => METRICS[name];
