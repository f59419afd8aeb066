import { GAMMA, type MetricName, metricDefinition } from '@livekit-swarm/metrics';
import type { Margin } from './comparison.ts';
import type { Figure } from './figures.ts';

/**
 * The scale on which differences are compared: two values are n apart when n margins lie between them. It grows with the value itself where the absolute
 * margin is the wider, and with its logarithm above, so that noise proportional to a figure has the same size everywhere. Strictly increasing.
 */
export interface MarginScale {
  of(value: number): number;
  /** Back to the value. */
  at(position: number): number;
}

export const marginScale = ({ relative, absolute }: Margin): MarginScale => {
  if (relative === 0)
    return { of: (value) => value / absolute, at: (position) => position * absolute };
  const turn = absolute / relative;
  const step = Math.log1p(relative);
  return {
    of: (value) =>
      value <= turn ? value / absolute : 1 / relative + Math.log(value / turn) / step,
    at: (position) =>
      position <= 1 / relative
        ? position * absolute
        : turn * Math.exp((position - 1 / relative) * step),
  };
};

/** A margin `factor` times as wide. */
export const widen = ({ relative, absolute }: Margin, factor: number): Margin => ({
  relative: relative * factor,
  absolute: absolute * factor,
});

/** The accepted change of a figure: for all, and for single metrics. */
export interface Tolerance {
  relative: number;
  metrics: Partial<Record<MetricName, Partial<Margin>>>;
}

/**
 * 10 %. Runs of one server on one quiet host differ by less in what users notice (docs/comparisons.md); an operator looks into a change of 10 %, and
 * does not stop a release for a smaller one.
 */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 0.1, metrics: {} };

/** Two equal values can be read from a sketch as neighbouring bins: 2 % up and 2 % down. */
const SKETCH_STEP = GAMMA - 1;

/** How far two values of a figure may be apart and still count as equal. */
export const marginOf = (
  { metric, aggregation }: Figure,
  tolerance: Tolerance,
  load: LoadSize,
): Margin => {
  const own = tolerance.metrics[metric];
  const relative = own?.relative ?? tolerance.relative;
  const sketched =
    metricDefinition(metric).type === 'trend' &&
    aggregation.type !== 'count' &&
    aggregation.type !== 'avg';
  return {
    relative: sketched ? Math.max(relative, SKETCH_STEP) : relative,
    absolute: own?.absolute ?? smallestRelevantChange(metric, load),
  };
};

/**
 * The smallest change that users notice, in the unit of the metric: below it two figures count as equal whatever their ratio. Times and shares are
 * absolute; sums depend on the load and are given per packet received or per participant.
 */
type SmallestRelevantChange =
  | { amount: number }
  | { perPacket: number }
  | { perParticipant: number };

/** Half a frame at 25 per second: not noticed in a wait. */
const WAIT: SmallestRelevantChange = { amount: 20 };
/** A thirtieth of the 150 ms from mouth to ear that are not noticed (ITU-T G.114). */
const DELAY: SmallestRelevantChange = { amount: 5 };
/** One packet in a thousand: what the tightest thresholds require, and below what Opus conceals ignored. */
const LOSS: SmallestRelevantChange = { amount: 0.001 };
/** One participant in two hundred: half of what the default thresholds allow. */
const PARTICIPANTS: SmallestRelevantChange = { amount: 0.005 };
/** A message for each thousandth packet. */
const REPAIR: SmallestRelevantChange = { perPacket: 0.001 };
const EVERY_HUNDREDTH: SmallestRelevantChange = { perParticipant: 0.01 };

/** A hundredth of a core and a few megabytes more or less change no bill; a garbage collector alone moves memory by that. */
const CORES: SmallestRelevantChange = { amount: 0.02 };
const MEMORY: SmallestRelevantChange = { amount: 8e6 };
/** A participant costs some twenty goroutines. */
const GOROUTINES: SmallestRelevantChange = { perParticipant: 1 };

const CHANGES: Partial<Record<MetricName, SmallestRelevantChange>> = {
  join_time: WAIT,
  join_start_delay: WAIT,
  token_time: WAIT,
  signal_time: WAIT,
  ice_time: WAIT,
  first_media_time: WAIT,
  first_decrypted_time: WAIT,
  // After a second without the call a tenth more or less is not noticed.
  reconnect_time: { amount: 100 },
  join_failures: PARTICIPANTS,
  disconnects: PARTICIPANTS,
  missing_tracks: PARTICIPANTS,
  stalled_tracks: PARTICIPANTS,
  packet_loss: LOSS,
  packet_loss_before_recovery: LOSS,
  uplink_loss: LOSS,
  uplink_loss_before_recovery: LOSS,
  data_loss: LOSS,
  undecryptable_frames: LOSS,
  // A tenth of an audio frame, which is what jitter buffers move by.
  jitter: { amount: 2 },
  uplink_jitter: { amount: 2 },
  rtt: DELAY,
  media_latency: DELAY,
  frame_latency: DELAY,
  data_latency: DELAY,
  nacks_sent: REPAIR,
  nacks_received: REPAIR,
  rtx_packets: REPAIR,
  duplicates: REPAIR,
  out_of_order: REPAIR,
  plis_sent: REPAIR,
  plis_received: REPAIR,
  // Of a voice of 50 packets a second: one pause in ten minutes; and a thousandth of the time.
  media_interruptions: { perPacket: 0.000_03 },
  media_interruption_time: { perPacket: 0.02 },
  server_cpu: CORES,
  server_memory: MEMORY,
  server_memory_left: MEMORY,
  server_goroutines: GOROUTINES,
  server_goroutines_left: GOROUTINES,
  server_tracks_left: EVERY_HUNDREDTH,
  server_participants_left: EVERY_HUNDREDTH,
  join_retries: EVERY_HUNDREDTH,
  resumes: EVERY_HUNDREDTH,
  reconnects: EVERY_HUNDREDTH,
};

/** How large the load was. */
export interface LoadSize {
  packetsPerSecond: number;
  participants: number;
}

/** Never zero: a margin needs a width. */
const SOMETHING = 1e-6;

/** In the unit of the metric, for a sum of `rate` per second or of `count` as it is. */
export const smallestRelevantChange = (
  metric: MetricName,
  { packetsPerSecond, participants }: LoadSize,
): number => {
  const change = CHANGES[metric];
  if (change === undefined) return metricDefinition(metric).type === 'rate' ? 0.001 : SOMETHING;
  if ('amount' in change) return change.amount;
  if ('perParticipant' in change) return Math.max(1, change.perParticipant * participants);
  return Math.max(SOMETHING, change.perPacket * packetsPerSecond);
};
