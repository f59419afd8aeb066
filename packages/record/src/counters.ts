import type { MetricName } from '@livekit-swarm/metrics';

/** Value for each direction of a track, or for one of them. */
type ByDirection<Value> = { up: Value } | { down: Value } | { up: Value; down: Value };

/**
 * Value of several columns of the pump: the largest of `most` without the columns `minus`, at least
 * 0.
 */
export interface DerivedColumns {
  most: readonly string[];
  minus: readonly string[];
}

export interface Counter {
  unit: 'tracks' | 'packets' | 'bytes' | 'frames' | 'messages' | 'times' | 'ms' | 'pixels';
  /**
   * Rule for merging values of a track's successive streams. `sum`: counts; in samples, differences
   * since the last sample, so that they add up over shards and time. `gauge`: the last value.
   */
  aggregation: 'sum' | 'max' | 'gauge';
  /** True if samples have the counter (`SeriesSample`). */
  series?: true;
  /** Field of the counter in the result of a track (`TrackResult`). */
  track?: string;
  /**
   * Columns of the pump's rows that add up to the counter, or are combined in another way: senders
   * (`up`), receivers (`down`), data flows. The compiler checks their names in
   * engine/src/native/streams/pump-counters.ts.
   */
  pump: { [Rows in 'up' | 'down' | 'data']?: readonly string[] | DerivedColumns };
  /** True if the counter is limited to video: for audio, the pump counts every packet. */
  video?: true;
  /**
   * Metric of media tracks that shows the counter; for data messages and ratios see
   * analysis/measure.ts.
   */
  metric?: ByDirection<MetricName>;
  /** Column in samples.csv. */
  csv?: string;
  /** Counterpart in W3C webrtc-stats, `type.member`; absent: none. */
  w3c?: ByDirection<string>;
}

const both = <const Name extends string>(name: Name): { up: Name; down: Name } => ({
  up: name,
  down: name,
});

/**
 * All counters of media and data. The record, the reading of the pump, merging, metrics and CSV
 * follow from these rows, whose order is that of the record and of CSV columns.
 */
export const COUNTERS = {
  tracks: {
    unit: 'tracks',
    aggregation: 'gauge',
    series: true,
    pump: {},
    csv: 'tracks',
  },
  /** RTP packets with media, each sequence number once. Down: recovered packets included. */
  packets: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'packets',
    pump: { up: ['packets'], down: ['packets'], data: ['received'] },
    metric: { up: 'packets_sent', down: 'packets_received' },
    csv: 'packets',
    w3c: { up: 'outbound-rtp.packetsSent', down: 'inbound-rtp.packetsReceived' },
  },
  /** RTP payload of the packets, bytes. */
  bytes: {
    unit: 'bytes',
    aggregation: 'sum',
    series: true,
    track: 'bytes',
    pump: { up: ['bytes'], down: ['bytes'], data: ['bytes'] },
    metric: { up: 'bytes_sent', down: 'bytes_received' },
    csv: 'bytes',
    w3c: { up: 'outbound-rtp.bytesSent', down: 'inbound-rtp.bytesReceived' },
  },
  /**
   * Packets lost before recovery. Down: the first transmission did not arrive; negative if a late
   * packet arrives after all. Up: the server requested the packet again, or its receiver reports
   * count it as lost if it does not request (RFC 3550). Transport-wide feedback does not measure
   * this: LiveKit reports packets from before the track was set up as not received.
   */
  lostBeforeRecovery: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'lostBeforeRecovery',
    pump: {
      up: { most: ['nackedPackets', 'remoteLost'], minus: [] },
      down: ['lostBeforeRecovery'],
      data: ['lost'],
    },
    csv: 'lost_before_recovery',
  },
  /**
   * Packets lost after recovery. Down: never arrived. Up: still missing in the server's receiver
   * reports.
   */
  lost: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'lost',
    pump: { up: ['remoteLost'], down: ['lost'], data: ['lost'] },
    csv: 'lost',
    w3c: { up: 'remote-inbound-rtp.packetsLost', down: 'inbound-rtp.packetsLost' },
  },
  /** Packets lost at first, then retransmitted. */
  recovered: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'recovered',
    pump: {
      up: { most: ['nackedPackets', 'remoteLost'], minus: ['remoteLost'] },
      down: ['recovered'],
    },
    metric: { down: 'packets_recovered' },
    csv: 'recovered',
    w3c: { down: 'inbound-rtp.retransmittedPacketsReceived' },
  },
  duplicates: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'duplicates',
    pump: { down: ['duplicates'], data: ['duplicates'] },
    metric: { down: 'duplicates' },
    csv: 'duplicates',
  },
  /** Packets older than the newest one on arrival, without retransmissions. */
  outOfOrder: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'outOfOrder',
    pump: { down: ['outOfOrder'] },
    metric: { down: 'out_of_order' },
    csv: 'out_of_order',
  },
  /** NACK messages (RTCP), RFC 4585 §6.2.1. */
  nacksSent: {
    unit: 'messages',
    aggregation: 'sum',
    series: true,
    track: 'nacks',
    pump: { down: ['nacks'] },
    metric: both('nacks_sent'),
    csv: 'nacks_sent',
    w3c: { down: 'inbound-rtp.nackCount' },
  },
  nacksReceived: {
    unit: 'messages',
    aggregation: 'sum',
    series: true,
    track: 'nacks',
    pump: { up: ['nacks'] },
    metric: both('nacks_received'),
    csv: 'nacks_received',
    w3c: { up: 'outbound-rtp.nackCount' },
  },
  /** PLI messages (RTCP), RFC 4585 §6.3.1. */
  plisSent: {
    unit: 'messages',
    aggregation: 'sum',
    series: true,
    track: 'plis',
    pump: { down: ['plis'] },
    metric: both('plis_sent'),
    csv: 'plis_sent',
    w3c: { down: 'inbound-rtp.pliCount' },
  },
  /** PLI and FIR messages (RFC 5104 §4.3.1): both request a keyframe. */
  plisReceived: {
    unit: 'messages',
    aggregation: 'sum',
    series: true,
    track: 'plis',
    pump: { up: ['plis', 'firs'] },
    metric: both('plis_received'),
    csv: 'plis_received',
    w3c: { up: 'outbound-rtp.pliCount' },
  },
  /** Retransmissions, on the RTX stream or on the same SSRC. */
  rtxPackets: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    track: 'rtxPackets',
    pump: { up: ['rtxPackets'], down: ['recovered'] },
    metric: both('rtx_packets'),
    csv: 'rtx_packets',
    w3c: {
      up: 'outbound-rtp.retransmittedPacketsSent',
      down: 'inbound-rtp.retransmittedPacketsReceived',
    },
  },
  framesSent: {
    unit: 'frames',
    aggregation: 'sum',
    series: true,
    pump: { up: ['frames'] },
    video: true,
    metric: { up: 'frames_sent' },
    csv: 'frames_sent',
    w3c: { up: 'outbound-rtp.framesSent' },
  },
  keyframes: {
    unit: 'frames',
    aggregation: 'sum',
    series: true,
    pump: { up: ['keyframes'], down: ['keyframes'] },
    video: true,
    metric: both('keyframes'),
    csv: 'keyframes',
    w3c: { up: 'outbound-rtp.keyFramesEncoded', down: 'inbound-rtp.keyFramesDecoded' },
  },
  /** Changes of resolution within a received stream. */
  layerSwitches: {
    unit: 'times',
    aggregation: 'sum',
    series: true,
    track: 'layerSwitches',
    pump: { down: ['layerSwitches'] },
    metric: { down: 'layer_switches' },
    csv: 'layer_switches',
  },
  /** Media interruptions of more than 500 ms. */
  interruptions: {
    unit: 'times',
    aggregation: 'sum',
    series: true,
    track: 'interruptions',
    pump: { down: ['interruptions'] },
    metric: { down: 'media_interruptions' },
    csv: 'interruptions',
  },
  interruptionMs: {
    unit: 'ms',
    aggregation: 'sum',
    series: true,
    track: 'interruptionMs',
    pump: { down: ['interruptionMs'] },
    metric: { down: 'media_interruption_time' },
    csv: 'interruption_ms',
  },
  longestInterruptionMs: {
    unit: 'ms',
    aggregation: 'max',
    track: 'longestInterruptionMs',
    pump: { down: ['longestInterruptionMs'] },
  },
  /** Packets that the load generator sent too late. */
  lateSends: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    pump: { up: ['lateSends'] },
  },
  /** Packets that the kernel of the load generator refused to send. */
  sendErrors: {
    unit: 'packets',
    aggregation: 'sum',
    series: true,
    pump: { up: ['sendErrors'] },
  },
  /** Width of the last keyframe; up: as configured, pixels. */
  width: {
    unit: 'pixels',
    aggregation: 'gauge',
    track: 'width',
    pump: { down: ['width'] },
    w3c: { up: 'outbound-rtp.frameWidth', down: 'inbound-rtp.frameWidth' },
  },
  height: {
    unit: 'pixels',
    aggregation: 'gauge',
    track: 'height',
    pump: { down: ['height'] },
    w3c: { up: 'outbound-rtp.frameHeight', down: 'inbound-rtp.frameHeight' },
  },
} as const satisfies Record<string, Counter>;

export type CounterName = keyof typeof COUNTERS;

/** Names of counters with a property: `CountersWith<{ series: true }>`. */
type CountersWith<Property> = {
  [Name in CounterName]: (typeof COUNTERS)[Name] extends Property ? Name : never;
}[CounterName];

export type SeriesCounter = CountersWith<{ series: true }>;
export type TrackCounter = (typeof COUNTERS)[CountersWith<{ track: string }>]['track'];
export type CsvColumn = (typeof COUNTERS)[SeriesCounter & CountersWith<{ csv: string }>]['csv'];

export const COUNTER_NAMES = Object.keys(COUNTERS) as CounterName[];

/** Returns true if samples have the counter. */
export const isSeriesCounter = (name: CounterName): name is SeriesCounter =>
  'series' in COUNTERS[name];

/** Counters of samples, in the order of the record. */
export const SERIES_COUNTERS: readonly SeriesCounter[] = COUNTER_NAMES.filter(isSeriesCounter);

/** Counters of a track's result, and the rule for merging results of successive streams. */
export const TRACK_COUNTERS: ReadonlyMap<TrackCounter, Counter['aggregation']> = new Map(
  Object.values(COUNTERS).flatMap((counter) =>
    'track' in counter ? [[counter.track, counter.aggregation] as const] : [],
  ),
);

/** Series counters by the name of their column in samples.csv. */
export const CSV_COUNTERS: ReadonlyMap<string, SeriesCounter> = new Map(
  SERIES_COUNTERS.flatMap((name) => {
    const counter = COUNTERS[name];
    return 'csv' in counter ? [[counter.csv, name] as const] : [];
  }),
);

/** Makes an object with the same value for each name. */
export const fill = <Name extends string, Value>(
  names: Iterable<Name>,
  value: Value,
): Record<Name, Value> =>
  Object.fromEntries([...names].map((name) => [name, value])) as Record<Name, Value>;
