/**
 * The catalogue of everything a run measures and a threshold can be set on. One entry per metric;
 * reports, thresholds and docs read it.
 *
 * - trend: a distribution, in milliseconds. `avg min med max p(N) count`
 * - rate: a share of something. `rate` (0 … 1) and `count` (how many)
 * - counter: a sum. `count` and `rate` (per second while all participants were connected)
 * - gauge: a level over time. `value` (the average) `min` `max` `avg`
 */
export type MetricType = 'trend' | 'rate' | 'counter' | 'gauge';

/** Label by which a selector filters a metric. */
export type Label =
  | 'kind'
  | 'direction'
  | 'group'
  | 'role'
  | 'path'
  | 'codec'
  | 'action'
  | 'agent'
  | 'code'
  | 'node'
  | 'allowance';
export type Labels = Partial<Record<Label, string>>;

export interface MetricDefinition {
  type: MetricType;
  unit:
    | 'ms'
    | 'ratio'
    | 'packets'
    | 'bytes'
    | 'messages'
    | 'times'
    | 'tracks'
    | 'cores'
    | 'rooms'
    | 'participants'
    | 'goroutines'
    | 'µs'
    | 'bit/s';
  /** Direction of improvement; `neither`: the metric describes the load only. */
  better: 'lower' | 'higher' | 'neither';
  labels: readonly Label[];
  /** True if the metric can be evaluated in a window (`@peak`), because its times are known. */
  timed: boolean;
  /**
   * Measured by real clients only (engines `browser` and `rtc`), whether they are part of the load
   * or witnesses.
   */
  clients?: true;
  /**
   * Command that alone measures it: `swarm hls` on listeners of a live stream, `swarm presence` on
   * webhooks and the API, `swarm sip` on SIP calls. Absent: runs have it.
   */
  command?: 'hls' | 'presence' | 'sip';
  description: string;
}

const BY_ROLE = ['group', 'role', 'path'] as const;
/** `agent`: number of the agent that a caller talks with, from 1; only where they are transferred. */
const BY_AGENT = [...BY_ROLE, 'agent'] as const;
/** `code`: of an error in LiveKit's RPC. */
const BY_CODE = [...BY_ROLE, 'code'] as const;
const BY_ACTION = ['action', 'group', 'role'] as const;
const BY_TRACK = ['kind', 'group', 'role', 'path', 'codec'] as const;
const BY_STREAM = ['kind', 'direction', 'group', 'role', 'path', 'codec'] as const;

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
/** Defines a level of each node of the deployment; without a selector, the sum of all nodes. */
const ofNodes = (
  unit: MetricDefinition['unit'],
  better: MetricDefinition['better'],
  description: string,
): MetricDefinition => ({ ...gauge(unit, description), better, labels: ['node'] });
/** Defines a share of each node; without a selector, the largest of all nodes. */
const ofNodesAtMost = (description: string): MetricDefinition =>
  ofNodes('ratio', 'lower', `${description}, 0 … 1; of all nodes the largest`);
/** Defines a metric that is known only when a session, or the run, has ended. */
const atTheEnd = (definition: MetricDefinition): MetricDefinition => ({
  ...definition,
  timed: false,
});

/**
 * Defines a metric that real clients measure; native publishers with rate adaptation measure some
 * of these as well.
 */
const byClients = (definition: MetricDefinition): MetricDefinition => ({
  ...definition,
  clients: true,
});

/** Defines a metric of listeners of a live HLS stream. */
const ofListeners = (definition: MetricDefinition): MetricDefinition => ({
  ...atTheEnd(definition),
  command: 'hls',
});

/** Defines a metric of what webhooks and the API say about participants. */
const ofPresence = (definition: MetricDefinition): MetricDefinition => ({
  ...atTheEnd(definition),
  command: 'presence',
});

/** Defines a metric of SIP calls. */
const ofCalls = (definition: MetricDefinition): MetricDefinition => ({
  ...atTheEnd(definition),
  command: 'sip',
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
  token_time: trend(
    BY_ROLE,
    'with a token endpoint: from the scheduled join until the application answered with server and token',
  ),
  signal_time: trend(BY_ROLE, 'from the scheduled join until the server answered'),
  ice_time: trend(BY_ROLE, 'from the scheduled join until ICE was connected'),
  turn_allocation_time: trend(
    BY_ROLE,
    'where media is relayed: from the first packet to the TURN server until the allocation was there, TCP and TLS handshakes included',
  ),
  first_media_time: trend(
    BY_ROLE,
    'from the scheduled join until the first media packet of a remote participant arrived',
  ),
  first_decrypted_time: trend(
    BY_ROLE,
    'with end-to-end encryption: from the scheduled join until the first frame of a remote participant was decrypted',
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

  agent_dispatch_time: trend(
    BY_ROLE,
    'of calls that dispatch an agent, or create a room with one, until the API answered; not until an agent was there',
  ),
  agent_offer_time: trend(
    BY_ROLE,
    "from the dispatch of an agent until its job was offered to the worker that took it, by the server's clock",
  ),
  agent_join_time: trend(
    BY_ROLE,
    'from the join of a caller until a voice agent was in its room; 0 if it was there before',
  ),
  agent_publish_time: trend(
    BY_ROLE,
    'from the join of a caller until a voice agent had published audio',
  ),
  agent_ready_time: trend(
    BY_ROLE,
    'from the join of a caller until a voice agent that sets lk.agent.state had published audio and was no longer initializing',
  ),
  agents_lost: rate(BY_ROLE, 'callers whose room had no voice agent in time, of all callers'),
  agent_transfer_time: trend(
    BY_ROLE,
    'where callers are transferred: from the last voice of an agent until the next one had published audio',
  ),
  agent_transfers_lost: rate(
    BY_ROLE,
    'transfers of callers to an agent that did not publish audio in time, of all transfers',
  ),
  agent_response_time: trend(
    BY_AGENT,
    'from the last voice of a caller to the first voice of the agent that arrived',
  ),
  agent_barge_in: trend(
    BY_ROLE,
    'from the first voice of a caller that interrupts an answer to the last voice of the agent that arrived',
  ),
  agent_turns_unanswered: rate(
    BY_AGENT,
    'turns of callers without an answer in time, of all turns',
  ),
  agent_overlaps: rate(
    BY_ROLE,
    'turns in which the agent spoke before the caller had finished, of all turns',
  ),
  agent_echoes: rate(
    BY_ROLE,
    'turns in which the agent sent the voice of the caller back, of all turns',
  ),
  agent_answer_gaps: rate(BY_ROLE, 'answers of agents with a silence within, of all answers'),

  ingress_create_time: trend(
    BY_ROLE,
    'of calls that create the ingress of a participant, until the API answered',
  ),
  ingress_delay: trend(
    BY_ROLE,
    'where participants publish audio through ingress or by WHIP: from a mark in the audio of the encoder to its arrival at a participant, which then waits in the jitter buffer of a client',
  ),
  ingress_leave_time: trend(
    BY_ROLE,
    'from the end of an encoder until its participant had left the room',
  ),

  action_time: trend(
    BY_ACTION,
    'from an action of a participant until it took effect: until all others in its room noticed it, media of a new publication arrived, or the connection recovered',
  ),
  action_failures: rate(
    BY_ACTION,
    'actions that could not be carried out, or that others did not notice',
  ),

  active_speaker_time: trend(
    BY_ROLE,
    'where participants take turns: from when a participant begins to speak until the server announces it as an active speaker to another one; the server smooths levels over hundreds of milliseconds',
  ),
  active_speaker_misses: rate(
    BY_ROLE,
    'turns of two seconds or more that the server did not announce while they lasted, of all, for each participant that should have received the announcement',
  ),
  active_speaker_errors: rate(
    BY_ROLE,
    'announcements of an active speaker that had not spoken for two seconds, of all announcements',
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
  undecryptable_frames: rate(
    BY_TRACK,
    'with end-to-end encryption: received frames and data messages that could not be decrypted, of those that were tried: all of audio and data, one video frame a second',
  ),
  key_changes: counter(
    'times',
    'neither',
    BY_TRACK,
    'with end-to-end encryption: decrypted frames with another key index than the one before',
  ),
  layer_switches: counter(
    'times',
    'neither',
    BY_TRACK,
    'changes of resolution within received tracks',
  ),

  frames_decoded: byClients(
    counter('times', 'higher', BY_TRACK, 'video frames that real clients decoded'),
  ),
  frames_dropped: byClients(
    counter('times', 'lower', BY_TRACK, 'video frames that real clients decoded and did not show'),
  ),
  freezes: byClients(
    counter(
      'times',
      'lower',
      BY_TRACK,
      'freezes of received video, as real clients count them (W3C webrtc-stats, freezeCount)',
    ),
  ),
  freeze_time: byClients(
    counter(
      'ms',
      'lower',
      BY_TRACK,
      'total duration of those freezes (totalFreezesDuration); rtc does not report it',
    ),
  ),
  concealed_samples: byClients(
    rate(
      BY_TRACK,
      'audio samples that real clients made up because packets were lost or late, of all samples played; without silent ones',
    ),
  ),
  jitter_buffer_delay: byClients(
    trend(BY_TRACK, 'time that frames and samples spent in the jitter buffer of real clients'),
  ),
  frame_latency: byClients(
    trend(
      BY_TRACK,
      'time from the capture of a video frame until a browser showed it, where its track is published with frameMetadata; of each track the mean per second',
    ),
  ),
  bandwidth_estimate: byClients({
    ...trend(
      ['direction', 'group', 'role'],
      'bandwidth that real clients, and publishers with rate adaptation, estimated for what they send, sampled once per second; with the direction down, for what real clients receive',
    ),
    unit: 'bit/s',
    better: 'higher',
  }),
  quality_limitation: byClients(
    rate(
      BY_TRACK,
      'share of the time in which real clients, and publishers with rate adaptation, sent video in less than full quality for lack of bandwidth or CPU',
    ),
  ),

  stream_drops: counter(
    'packets',
    'lower',
    BY_ROLE,
    'packets of ICE/TCP, and of TURN over TCP or TLS, that were not sent because TCP had not delivered 256 kB before them',
  ),

  data_latency: trend(BY_ROLE, 'one-way latency of data messages, every message'),
  data_loss: rate(BY_ROLE, 'data messages that never arrived'),
  data_messages_received: counter('messages', 'higher', BY_ROLE, 'data messages received'),
  data_messages_sent: counter(
    'messages',
    'neither',
    BY_ROLE,
    'data messages sent, packets of calls and streams included',
  ),

  data_stream_time: trend(
    BY_ROLE,
    'from the beginning of a text or byte stream until its last byte was received; between hosts, by their clocks',
  ),
  data_stream_throughput: {
    ...trend(BY_ROLE, 'size of a received stream by that time'),
    unit: 'bit/s',
    better: 'higher',
  },
  data_streams_incomplete: rate(
    BY_ROLE,
    'received streams of which something was missing, out of order, or different by the hash',
  ),
  data_track_latency: trend(
    BY_ROLE,
    'from the sending of a frame on a data track to its receipt by a subscriber on the same host',
  ),
  data_track_loss: rate(
    BY_ROLE,
    'frames on data tracks that did not arrive between others that did, were damaged, or are overdue while their publisher is in the room',
  ),
  data_track_reordered: rate(BY_ROLE, 'received frames on data tracks that came after a later one'),
  data_track_drops: rate(
    BY_ROLE,
    'frames on data tracks that the client of the publisher dropped instead of sending them',
  ),
  data_tracks_silent: rate(
    BY_ROLE,
    'data tracks of publishers in the room without a frame five seconds after the scheduled time of the first one',
  ),
  rpc_time: trend(BY_ROLE, 'from a call of LiveKit’s RPC to its answer, as an SDK measures it'),
  rpc_errors: rate(BY_ROLE, 'calls of RPC that failed, or whose answer was wrong'),
  rpc_failures: counter(
    'times',
    'lower',
    BY_CODE,
    'failed calls of RPC, by LiveKit’s code; 0: another failure, such as a wrong answer',
  ),

  server_cpu: ofNodes(
    'cores',
    'lower',
    'CPU cores used by livekit-server; of its host or container where only Redis is known',
  ),
  server_memory: ofNodes(
    'bytes',
    'lower',
    'memory of livekit-server; of its host or container where only Redis is known',
  ),
  server_goroutines: ofNodes('goroutines', 'lower', 'goroutines of livekit-server'),
  server_rooms: ofNodes('rooms', 'neither', 'rooms on the nodes, other users’ included'),
  server_participants: ofNodes(
    'participants',
    'neither',
    'participants as the nodes count them: in a cluster one counts on the node of its signal connection and on that of its room',
  ),
  server_tracks: ofNodes('tracks', 'neither', 'tracks published to the nodes'),
  server_subscriptions: ofNodes('tracks', 'neither', 'tracks that the nodes send to subscribers'),
  server_bytes: counter(
    'bytes',
    'neither',
    ['node', 'direction'],
    'media bytes received (up) and sent (down) as the nodes count them, every few seconds; select a direction for one of them',
  ),
  server_packets: counter(
    'packets',
    'neither',
    ['node', 'direction'],
    'media packets received (up) and sent (down) as the nodes count them',
  ),
  server_drops: counter(
    'packets',
    'lower',
    ['node'],
    'packets that the network interfaces of the nodes’ hosts dropped before they were sent',
  ),
  server_memory_limit: ofNodes(
    'bytes',
    'neither',
    'memory that a node has: the limit of its control group, or what its host has, whichever is nearer; of all nodes the largest',
  ),
  server_memory_used: ofNodesAtMost('memory in use, of that limit'),
  server_host_cores: ofNodes('cores', 'neither', 'cores of a host; of all nodes the largest'),
  server_host_cpu: ofNodes(
    'cores',
    'lower',
    'CPU cores that all programs of a host use, livekit-server included; of all nodes the largest',
  ),
  server_steal: ofNodesAtMost('CPU time of a host that its hypervisor gave to other guests'),
  server_conntrack: ofNodesAtMost(
    'entries of the table of tracked connections of a host, of as many as it takes',
  ),
  server_conntrack_drops: counter(
    'packets',
    'lower',
    ['node'],
    'packets of new flows that the kernel dropped as its table of tracked connections took no more; the sum of all nodes, also of those on one host',
  ),
  server_allowance_exceeded: counter(
    'packets',
    'lower',
    ['node', 'allowance'],
    'packets that the cloud provider queued or dropped because the instance type allows no more; the sum of all nodes, also of those on one host; allowance: bw_in, bw_out, pps, conntrack',
  ),
  server_rooms_left: atTheEnd(
    ofNodes('rooms', 'neither', 'rooms of the run that the server still listed after it'),
  ),
  server_participants_left: atTheEnd(
    ofNodes(
      'participants',
      'lower',
      'participants in rooms of the run that the server still listed after it',
    ),
  ),
  server_tracks_left: atTheEnd(
    ofNodes('tracks', 'lower', 'published tracks: after the run minus before it'),
  ),
  server_goroutines_left: atTheEnd(
    ofNodes('goroutines', 'lower', 'goroutines: after the run minus before it'),
  ),
  server_memory_left: atTheEnd(ofNodes('bytes', 'lower', 'memory: after the run minus before it')),

  hls_start_failures: ofListeners(
    rate([], 'listeners that did not begin to play, of all listeners'),
  ),
  hls_startup_time: ofListeners(
    trend([], 'from the request of the first playlist until the first segment was loaded'),
  ),
  hls_stalled: ofListeners(
    rate([], 'time in which listeners had nothing left to play, of the time from their start'),
  ),
  hls_stalls: ofListeners(
    counter('times', 'lower', [], 'times that listeners had nothing left to play'),
  ),
  hls_stall_time: ofListeners(
    trend([], 'of each stall, until the next segment was loaded or the listener ended'),
  ),
  hls_skipped: ofListeners(
    rate([], 'segments that listeners did not play as they were missing, of all segments'),
  ),
  hls_stale: ofListeners(
    counter(
      'times',
      'lower',
      [],
      'times that listeners found a playlist without a new segment for more than 1.5 target durations',
    ),
  ),
  hls_live_age: ofListeners(
    trend([], 'at each load of a playlist: age of the end of its newest segment'),
  ),
  hls_delay: ofListeners(
    trend([], "at each load of a playlist: how far playback is behind the encoder's clock"),
  ),
  hls_errors: ofListeners(rate([], 'failed requests of listeners, of all their requests')),
  hls_playlist_time: ofListeners(trend([], 'from the request of a playlist until it was loaded')),
  hls_segment_time: ofListeners(trend([], 'from the request of a segment until it was loaded')),

  webhook_delay: ofPresence(
    trend([], 'from the moment at which a participant knew an event until its webhook arrived'),
  ),
  presence_missed: ofPresence(
    counter('times', 'lower', [], 'events of participants and rooms that no webhook reported'),
  ),
  presence_duplicates: ofPresence(
    counter(
      'times',
      'lower',
      [],
      'webhooks that reported again what had been reported: the same event, or another one about it',
    ),
  ),
  presence_unexpected: ofPresence(
    counter('times', 'lower', [], 'sessions that webhooks reported and no participant had'),
  ),
  presence_out_of_order: ofPresence(
    counter(
      'times',
      'lower',
      [],
      'webhooks that arrived after one that follows from them, or are dated later',
    ),
  ),
  presence_unlisted_time: ofPresence(
    trend([], 'longest time for which the API did not list a connected participant, at least'),
  ),
  presence_ghost_time: ofPresence(
    trend([], 'time for which the API listed a participant that had gone, at least'),
  ),

  sip_call_failures: ofCalls(rate([], 'calls that were not answered, of all calls')),
  sip_client_errors: ofCalls(rate([], 'calls refused with a status of 4xx, 486 included')),
  sip_server_errors: ofCalls(rate([], 'calls refused with a status of 5xx, 503 included')),
  sip_busy: ofCalls(rate([], 'calls refused as busy: 486 or 600')),
  sip_unavailable: ofCalls(rate([], 'calls refused with 503')),
  sip_no_answer: ofCalls(rate([], 'calls without a final response in time')),
  sip_post_dial_delay: ofCalls(
    trend([], 'from the first INVITE until 180, 183 or 200, challenges included'),
  ),
  sip_answer_time: ofCalls(trend([], 'from the first INVITE until 200')),
  sip_media_time: ofCalls(
    trend([], 'from the answer until the caller received the first packet of audio'),
  ),
  sip_voice_time: ofCalls(
    trend([], 'from the answer until the caller received the first packet with voice'),
  ),
  sip_one_way: ofCalls(
    rate([], 'answered calls of 2 s or more whose caller received no packet of audio'),
  ),
  sip_silent: ofCalls(
    rate([], 'answered calls of 2 s or more whose caller received packets, and no voice'),
  ),
  sip_packet_loss: ofCalls(rate([], 'packets of audio that callers did not receive')),
  sip_jitter: ofCalls(trend([], 'jitter at the end of each call')),
  sip_dropped: ofCalls(rate([], 'answered calls that the other side ended first')),
  sip_hangup_time: ofCalls(trend([], 'from the BYE of the caller until its answer')),
  sip_transfer_failures: ofCalls(
    rate([], 'transfers that were refused, or reported as failed, of all transfers'),
  ),
  sip_room_time: ofCalls(
    trend([], 'from the answer until the API listed the participant of the call'),
  ),
  sip_room_missing: ofCalls(
    rate([], 'answered calls of 2 s or more whose participant the API never listed'),
  ),

  late_sends: rate([], 'packets sent more than 20 ms after their scheduled time'),
  send_errors: rate([], 'packets that the kernel of the load generator did not send'),
  socket_drops: rate(
    [],
    'datagrams dropped because receive buffers of the load generator were full',
  ),
  late_joins: atTheEnd(
    rate([], 'joins that started more than a second after their scheduled time'),
  ),
  event_loop_lag: trend([], 'event-loop delay of the worker processes, p99 of each second'),
  tick_lateness: trend([], 'highest lateness of a pump thread in each second'),
  cpu_cores: gauge('cores', 'CPU cores used by all worker processes'),
  cpu_per_packet: gauge('µs', 'CPU time of the worker processes per datagram sent or received'),
  resident_memory: gauge('bytes', 'memory of all worker processes'),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

export const metricNames = (): MetricName[] => Object.keys(METRICS).filter(isMetricName);

/** Metrics that participants of a run, their server or the load generator can have. */
export const runMetricNames = (): MetricName[] =>
  metricNames().filter((name) => metricDefinition(name).command === undefined);

/** Definition of a metric, without the literal types that make comparisons awkward. */
export const metricDefinition = (name: MetricName): MetricDefinition => METRICS[name];
