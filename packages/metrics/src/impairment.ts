import { type MetricName, metricDefinition } from './metrics.ts';
import type { Threshold } from './threshold.ts';

/**
 * Effect of a lack of CPU on a metric when the load generator sent the planned load all the same.
 */
export interface Impairment {
  /**
   * `worse`: a lack of CPU can only raise the value, and all such metrics are better when lower:
   *   a healthy generator's value would be below the limit, too.
   * `either`: a lack of CPU can also lower the value, or the value is a minimum to be reached, so
   *   it proves nothing.
   */
  effect: 'worse' | 'either';
  why: string;
}

const worse = (why: string): Impairment => ({ effect: 'worse', why });
const either = (why: string): Impairment => ({ effect: 'either', why });

const FROM_SCHEDULE =
  'counts from the scheduled join to an event that is noticed late, never early; who starts late leaves the server later, too';
const REACHED = 'is to be reached: less is sent, received or counted by a generator that is slow';
const REACTION =
  'counts reactions of the generator: one that is slow asks less often, or later than it helps';
const LEFT_OUT =
  'seconds in which a real client lacked CPU are left out, and with them what happened in those seconds';
const OF_WEBHOOKS = 'counts what the deployment sends';
const LATE_ANSWERS = 'ends with an answer, which a slow generator reads late and never early';
const OF_CALLS = 'a slow generator reads packets late, or loses them';
const OF_NODES =
  'depends on the work and the CPU that the server gets: less work, or a busy host it shares, lowers it';
const OF_GENERATOR = 'is itself what shows the impairment';
const DESCRIBES = 'describes the load or how it was handled; neither direction is better';

/**
 * Effect of a lack of CPU on each metric that a threshold can name. `npm run docs` writes the table
 * of docs/adr/0013-busy-is-not-wrong.md from it.
 */
export const IMPAIRMENTS = {
  join_time: worse(FROM_SCHEDULE),
  join_start_delay: worse(FROM_SCHEDULE),
  token_time: worse(FROM_SCHEDULE),
  signal_time: worse(FROM_SCHEDULE),
  ice_time: worse(FROM_SCHEDULE),
  turn_allocation_time: either(
    'begins with a packet that a slow generator sends late, when others are already served',
  ),
  first_media_time: worse(FROM_SCHEDULE),
  first_decrypted_time: worse(FROM_SCHEDULE),
  join_failures: worse(
    'a slow generator lets joins time out; it cannot let a rejected one succeed',
  ),
  join_retries: either('fewer attempts fit into a time that a slow generator used up'),
  disconnects: worse(
    'is read from the result of each session at its end; a session that is lost stays lost, however late it is noticed',
  ),
  resumes: either(REACTION),
  reconnects: either(REACTION),
  reconnect_time: either('begins when the loss is noticed: noticed late, it is short'),
  agent_dispatch_time: worse('an answer is read late, never early'),
  agent_offer_time: worse('both ends are times of the server, which shares the host at most'),
  agent_join_time: worse('ends when the caller notices the agent, late and never early'),
  agent_publish_time: worse('ends when the caller notices the track, late and never early'),
  agent_ready_time: worse('ends when the caller notices the attribute, late and never early'),
  agents_lost: worse('an agent that is noticed late counts as lost'),
  agent_transfer_time: worse(
    'ends when the caller notices the track, late and never early; begins with the arrival of a packet',
  ),
  agent_transfers_lost: worse('an agent that is noticed late counts as lost'),
  agent_response_time: either(
    'both ends are times of packets; a slow generator sends the last voice late, when its time is taken late, too',
  ),
  agent_barge_in: either('both ends are times of packets, of which either may be late'),
  agent_turns_unanswered: worse('an answer that is read late counts as missing'),
  agent_overlaps: either('a slow generator speaks later than it planned'),
  agent_echoes: either('an utterance with a pause of the sender is not recognised'),
  agent_answer_gaps: worse('packets that are read late look like silence'),
  ingress_create_time: worse('an answer is read late, never early'),
  ingress_delay: worse('a slow encoder sends a mark late; its arrival is the time of a packet'),
  ingress_leave_time: worse('ends when the API is asked, late and never early'),
  action_time: worse('ends when others notice, late and never early'),
  action_failures: worse('what others did not notice in time counts as failed'),
  active_speaker_time: either('begins and ends on event loops that may both be late'),
  active_speaker_misses: worse('an announcement that is read late counts as missed'),
  active_speaker_errors: either('announcements that come together are read as one'),
  publish_rejections: worse('the server decides; fewer requests than planned are excluded'),
  missing_tracks: worse('a packet that arrived is counted, however late it is read'),
  stalled_tracks: worse('media that is read late makes a track look stalled, never active'),
  packet_loss: worse(
    'full buffers and late requests for retransmission add loss; the sequence numbers show every packet',
  ),
  packet_loss_before_recovery: worse('full buffers and bursts add loss'),
  uplink_loss: worse(
    'bursts after a pause add loss; the reports of the server are cumulative, so that a late one hides nothing',
  ),
  uplink_loss_before_recovery: either('feedback of the server that is not read hides loss'),
  packets_received: either(REACHED),
  packets_sent: either(REACHED),
  bytes_received: either(REACHED),
  bytes_sent: either(REACHED),
  packets_recovered: either(REACTION),
  duplicates: either(REACTION),
  out_of_order: either(
    'packets that are sent in bursts, with gaps between them, overtake each other less',
  ),
  nacks_sent: either(REACTION),
  nacks_received: either('fewer packets at one time are lost less often'),
  plis_sent: either(REACTION),
  plis_received: either(DESCRIBES),
  rtx_packets: either(REACTION),
  frames_sent: either(REACHED),
  keyframes: either(DESCRIBES),
  jitter: worse(
    'the kernel takes the time of arrival; lateness of the sender is independent of the way and adds to its variation',
  ),
  uplink_jitter: worse('lateness of the sender adds to the variation of the way'),
  rtt: worse('lateness on this side lies within the round trip'),
  media_latency: worse(
    'the kernel takes the time of arrival; what delays a frame after its stamp adds to it',
  ),
  media_interruptions: worse(
    'a pause of the sender is an interruption more; the kernel takes the times',
  ),
  media_interruption_time: worse('a pause of the sender makes interruptions longer'),
  undecryptable_frames: worse('a frame is decrypted or not, whenever that is tried'),
  key_changes: either(DESCRIBES),
  layer_switches: either(DESCRIBES),
  frames_decoded: either(LEFT_OUT),
  frames_dropped: either(LEFT_OUT),
  freezes: either(LEFT_OUT),
  freeze_time: either(LEFT_OUT),
  concealed_samples: either(LEFT_OUT),
  jitter_buffer_delay: either(LEFT_OUT),
  frame_latency: either(LEFT_OUT),
  bandwidth_estimate: either(REACHED),
  quality_limitation: either(LEFT_OUT),
  stream_drops: either('what is sent less often finds more room'),
  data_latency: worse('ends when the message is read, late and never early'),
  data_loss: worse('a message that arrived is counted, however late it is read'),
  data_messages_received: either(REACHED),
  data_messages_sent: either(REACHED),
  data_stream_time: worse('ends when the last byte is read, late and never early'),
  data_stream_throughput: either(REACHED),
  data_streams_incomplete: worse('a stream that is read too late counts as incomplete'),
  data_track_latency: worse('a frame is read late, never early'),
  data_track_loss: worse('a client that reads too late drops frames'),
  data_track_reordered: either(REACHED),
  data_track_drops: worse('a busy client drops what it cannot send'),
  data_tracks_silent: worse('a frame that is read too late counts as none'),
  rpc_time: worse(
    'begins before the call is sent, and ends when the answer is read, late and never early',
  ),
  rpc_errors: worse('an answer that is read late counts as missing'),
  rpc_failures: either(REACHED),
  server_cpu: either(OF_NODES),
  server_memory: either(OF_NODES),
  server_goroutines: either(OF_NODES),
  server_rooms: either(OF_NODES),
  server_participants: either(OF_NODES),
  server_tracks: either(OF_NODES),
  server_subscriptions: either(OF_NODES),
  server_bytes: either(OF_NODES),
  server_packets: either(OF_NODES),
  server_drops: either(OF_NODES),
  server_memory_limit: either(OF_NODES),
  server_memory_used: either(OF_NODES),
  server_host_cores: either(OF_NODES),
  server_host_cpu: either(OF_NODES),
  server_steal: either(OF_NODES),
  server_conntrack: either(OF_NODES),
  server_conntrack_drops: either(OF_NODES),
  server_allowance_exceeded: either(OF_NODES),
  server_rooms_left: either(OF_NODES),
  server_participants_left: either(OF_NODES),
  server_tracks_left: either(OF_NODES),
  server_goroutines_left: either(OF_NODES),
  server_memory_left: either(OF_NODES),
  hls_start_failures: worse(LATE_ANSWERS),
  hls_startup_time: worse(LATE_ANSWERS),
  hls_stalled: worse(LATE_ANSWERS),
  hls_stalls: either('one long stall may replace several short ones'),
  hls_stall_time: either('many short stalls lower the percentiles of all'),
  hls_skipped: either('a segment that is requested late may be there by then'),
  hls_stale: either('a playlist that is requested seldom may have grown between two requests'),
  hls_live_age: either('depends on when a playlist is requested'),
  hls_delay: worse(LATE_ANSWERS),
  hls_errors: either('depends on the number of requests, which a slow generator lowers'),
  hls_playlist_time: worse(LATE_ANSWERS),
  hls_segment_time: worse(LATE_ANSWERS),
  webhook_delay: either('begins when a participant knows it, ends when the webhook is read'),
  presence_missed: either(OF_WEBHOOKS),
  presence_duplicates: either(OF_WEBHOOKS),
  presence_unexpected: either(OF_WEBHOOKS),
  presence_out_of_order: either(OF_WEBHOOKS),
  presence_unlisted_time: either('depends on when the API is asked'),
  presence_ghost_time: either('depends on when the API is asked'),
  sip_call_failures: worse(LATE_ANSWERS),
  sip_client_errors: either('depends on the other side'),
  sip_server_errors: either('depends on the other side'),
  sip_busy: either('depends on the other side'),
  sip_unavailable: either('depends on the other side'),
  sip_no_answer: worse(LATE_ANSWERS),
  sip_post_dial_delay: worse(LATE_ANSWERS),
  sip_answer_time: worse(LATE_ANSWERS),
  sip_media_time: worse(OF_CALLS),
  sip_voice_time: worse(OF_CALLS),
  sip_one_way: worse(OF_CALLS),
  sip_silent: either('a call without any packet is not silent, but one-way'),
  sip_packet_loss: worse(OF_CALLS),
  sip_jitter: worse(OF_CALLS),
  sip_dropped: either('depends on the other side'),
  sip_hangup_time: worse(LATE_ANSWERS),
  sip_transfer_failures: either('depends on the other side'),
  sip_room_time: either('depends on when the API is asked'),
  sip_room_missing: worse(LATE_ANSWERS),
  late_sends: worse(OF_GENERATOR),
  send_errors: worse(OF_GENERATOR),
  socket_drops: worse(OF_GENERATOR),
  late_joins: worse(OF_GENERATOR),
  event_loop_lag: worse(OF_GENERATOR),
  tick_lateness: worse(OF_GENERATOR),
  cpu_cores: either('a generator that waits for cores uses less of them'),
  cpu_per_packet: either('work that is done in bursts costs less for each packet'),
  resident_memory: either(DESCRIBES),
} as const satisfies Record<MetricName, Impairment>;

/**
 * Share of its limit that a value must leave free, 0 … 1, so that small effects, such as a
 * hundredth less load, do not decide.
 */
const MARGIN = 0.2;

/**
 * Returns true if a threshold that is met would also be met with a healthy generator: an impaired
 * generator can only have raised the value, and the value is below the limit with a margin. Returns
 * false for a number of values and for a minimum: they prove nothing.
 */
export const holdsDespiteImpairment = (
  { metric, aggregation, operator, limit }: Threshold,
  value: number,
): boolean => {
  if (IMPAIRMENTS[metric].effect !== 'worse') return false;
  if (limit === 0) return value === 0 && (operator === '==' || operator === '<=');
  const isUpper = operator === '<' || operator === '<=';
  const isNumberOfValues =
    aggregation.type === 'count' && metricDefinition(metric).type === 'trend';
  return isUpper && limit > 0 && !isNumberOfValues && value <= limit * (1 - MARGIN);
};
