import { type MetricName, metricDefinition } from '@livekit-swarm/metrics';

/**
 * From which change on somebody would feel it, in the metric's unit: below, two figures count as equal whatever their ratio. Times and shares are what
 * they are; sums depend on the size of the crowd and so are given per packet received or per participant.
 */
type Felt = { amount: number } | { perPacket: number } | { perParticipant: number };

/** Half a picture at 25 a second: nobody notices it in a wait. */
const WAIT: Felt = { amount: 20 };
/** A thirtieth of the 150 ms from mouth to ear that go unnoticed (ITU-T G.114). */
const DELAY: Felt = { amount: 5 };
/** One packet in a thousand: what the tightest thresholds ask for, and below what Opus conceals ignored. */
const LOSS: Felt = { amount: 0.001 };
/** One person in two hundred: half of what the default thresholds allow. */
const PEOPLE: Felt = { amount: 0.005 };
/** A message for each thousandth packet. */
const REPAIR: Felt = { perPacket: 0.001 };
const EVERY_HUNDREDTH: Felt = { perParticipant: 0.01 };

const FELT: Partial<Record<MetricName, Felt>> = {
  join_time: WAIT,
  join_start_delay: WAIT,
  signal_time: WAIT,
  ice_time: WAIT,
  first_media_time: WAIT,
  // Who lost the call for a second does not tell a tenth more or less.
  reconnect_time: { amount: 100 },
  join_failures: PEOPLE,
  disconnects: PEOPLE,
  missing_tracks: PEOPLE,
  stalled_tracks: PEOPLE,
  packet_loss: LOSS,
  packet_loss_before_recovery: LOSS,
  uplink_loss: LOSS,
  uplink_loss_before_recovery: LOSS,
  data_loss: LOSS,
  // A tenth of an audio frame, which is what jitter buffers move by.
  jitter: { amount: 2 },
  uplink_jitter: { amount: 2 },
  rtt: DELAY,
  media_latency: DELAY,
  data_latency: DELAY,
  nacks_sent: REPAIR,
  nacks_received: REPAIR,
  rtx_packets: REPAIR,
  duplicates: REPAIR,
  out_of_order: REPAIR,
  plis_sent: REPAIR,
  plis_received: REPAIR,
  // Of a voice of 50 packets a second: one pause in ten minutes; and a thousandth of the time.
  gaps: { perPacket: 0.000_03 },
  gap_time: { perPacket: 0.02 },
  join_retries: EVERY_HUNDREDTH,
  resumes: EVERY_HUNDREDTH,
  reconnects: EVERY_HUNDREDTH,
};

/** How large the crowd was. */
export interface CrowdSize {
  packetsPerSecond: number;
  participants: number;
}

/** Never zero: a margin needs a width. */
const SOMETHING = 1e-6;

/** In the unit of the metric, for a sum of `rate` per second or of `count` as it is. */
export const feltFrom = (
  metric: MetricName,
  { packetsPerSecond, participants }: CrowdSize,
): number => {
  const felt = FELT[metric];
  if (felt === undefined) return metricDefinition(metric).type === 'rate' ? 0.001 : SOMETHING;
  if ('amount' in felt) return felt.amount;
  if ('perParticipant' in felt) return Math.max(1, felt.perParticipant * participants);
  return Math.max(SOMETHING, felt.perPacket * packetsPerSecond);
};
