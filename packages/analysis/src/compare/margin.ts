import { GAMMA, type MetricName, metricDefinition } from '@livekit-swarm/metrics';
import type { Margin } from './comparison.ts';
import type { Figure } from './figures.ts';

/**
 * Scale on which differences are compared: two values are n apart if n margins lie between them.
 * The scale is linear where the absolute margin is the wider one, and logarithmic above, so that
 * noise in proportion to a figure has the same size everywhere. It increases strictly.
 */
export interface MarginScale {
  of(value: number): number;
  /** Value at a position on the scale. */
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

/** Margin that is `factor` times as wide. */
export const widen = ({ relative, absolute }: Margin, factor: number): Margin => ({
  relative: relative * factor,
  absolute: absolute * factor,
});

/** Accepted change of a figure: one for all metrics, and some for single metrics. */
export interface Tolerance {
  relative: number;
  metrics: Partial<Record<MetricName, Partial<Margin>>>;
}

/**
 * Default tolerance, 10 %. Figures that users notice differ by less between runs of one server on
 * an idle host (docs/comparisons.md). An operator examines a change of 10 %, and does not stop a
 * release for a smaller one.
 */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 0.1, metrics: {} };

/**
 * Relative distance of neighbouring bins of a sketch, 2 %: two equal values may be read as
 * neighbours.
 */
const SKETCH_STEP = GAMMA - 1;

const relativeOf = (metric: MetricName, { relative, metrics }: Tolerance): number =>
  metrics[metric]?.relative ?? relative;

/**
 * Returns true if percentiles of a metric cannot show all changes that the tolerance does not
 * accept: they are read from sketches. An average is exact.
 */
export const hidesSmallChanges = (metric: MetricName, tolerance: Tolerance): boolean =>
  metricDefinition(metric).type === 'trend' && relativeOf(metric, tolerance) < SKETCH_STEP;

/** Margin within which two values of a figure count as equal. */
export const marginOf = (
  { metric, aggregation }: Figure,
  tolerance: Tolerance,
  load: LoadSize,
): Margin => {
  const relative = relativeOf(metric, tolerance);
  const sketched =
    metricDefinition(metric).type === 'trend' &&
    aggregation.type !== 'count' &&
    aggregation.type !== 'avg';
  return {
    relative: sketched ? Math.max(relative, SKETCH_STEP) : relative,
    absolute: tolerance.metrics[metric]?.absolute ?? smallestRelevantChange(metric, load),
  };
};

/**
 * Smallest change that users notice, in the unit of the metric: two figures that differ by less
 * count as equal, whatever their ratio. For times and shares it is absolute; for sums, which depend
 * on the load, it is per received packet or per participant.
 */
type SmallestRelevantChange =
  | { amount: number }
  | { perPacket: number }
  | { perParticipant: number };

/** Half a frame at 25 per second, ms: too short to be noticed while waiting. */
const WAIT: SmallestRelevantChange = { amount: 20 };
/** A thirtieth of the 150 ms between mouth and ear that users do not notice (ITU-T G.114), ms. */
const DELAY: SmallestRelevantChange = { amount: 5 };
/**
 * One packet in a thousand: the limit of the strictest thresholds, and less than the concealment of
 * Opus makes audible.
 */
const LOSS: SmallestRelevantChange = { amount: 0.001 };
/** One participant in two hundred: half of what the default thresholds allow. */
const PARTICIPANTS: SmallestRelevantChange = { amount: 0.005 };
/** One message for each thousand packets. */
const REPAIR: SmallestRelevantChange = { perPacket: 0.001 };
const EVERY_HUNDREDTH: SmallestRelevantChange = { perParticipant: 0.01 };

/**
 * Changes of server resources that cost nothing: a hundredth of a core, and a few megabytes, which
 * garbage collection alone adds or frees.
 */
const CORES: SmallestRelevantChange = { amount: 0.02 };
const MEMORY: SmallestRelevantChange = { amount: 8e6 };
/** One goroutine for each participant, of about twenty that it needs. */
const GOROUTINES: SmallestRelevantChange = { perParticipant: 1 };

const CHANGES: Partial<Record<MetricName, SmallestRelevantChange>> = {
  join_time: WAIT,
  join_start_delay: WAIT,
  token_time: WAIT,
  signal_time: WAIT,
  ice_time: WAIT,
  first_media_time: WAIT,
  first_decrypted_time: WAIT,
  // After a second without media, users do not notice a tenth of a second more or less.
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
  // A tenth of an audio frame, by which jitter buffers change.
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
  // At 50 audio packets a second: one interruption in ten minutes, and a thousandth of the time.
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

/** Size of the load, to which changes of sums are in proportion. */
export interface LoadSize {
  packetsPerSecond: number;
  participants: number;
}

/** Least margin, where any amount counts: a margin of zero has no scale. */
export const ANY_AMOUNT = 1e-6;

/**
 * Smallest change that users notice, in the unit of the metric: per second for the `rate` of a sum,
 * otherwise for its `count`.
 */
export const smallestRelevantChange = (
  metric: MetricName,
  { packetsPerSecond, participants }: LoadSize,
): number => {
  const change = CHANGES[metric];
  if (change === undefined) return metricDefinition(metric).type === 'rate' ? 0.001 : ANY_AMOUNT;
  if ('amount' in change) return change.amount;
  if ('perParticipant' in change) return Math.max(1, change.perParticipant * participants);
  return Math.max(ANY_AMOUNT, change.perPacket * packetsPerSecond);
};
