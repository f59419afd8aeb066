import { Sketch } from '@livekit-swarm/metrics';
import {
  emptyPlayoutSample,
  emptySeries,
  emptyTrackResult,
  PLAYOUT_COUNTERS,
  type SeriesSample,
  type TrackResult,
} from '@livekit-swarm/record';
import type { PeerReading, StreamCounter, StreamReading, TimedFrames } from './read-stats.ts';

/** Owner of the streams, for the labels of their series. */
export interface StreamOwner {
  group: string;
  role: string;
}

/** Stream over the whole session. */
interface Stream {
  last: StreamReading;
  /** Reading at the time of the last series. */
  taken: StreamReading | null;
  /** Time of the last reading with new packets, ms. */
  progressAt: number;
  /**
   * Start of the current interruption: media was expected and no packet has arrived since, ms;
   * null: packets arrive.
   */
  silentSince: number | null;
  interruptions: Interruptions;
  takenInterruptions: Interruptions;
  layerSwitches: number;
  takenSwitches: number;
  longestInterruptionMs: number;
}

const NOT_TIMED: TimedFrames = { count: 0, latencyMs: 0 };

interface Interruptions {
  count: number;
  ms: number;
}

/**
 * Time before the end of the session within which a packet counts as alive, ms: readings are one
 * second apart.
 */
const ALIVE_WITHIN_MS = 3_000;

/**
 * Shortest interruption that counts, as in the native engine, ms: two readings may follow each
 * other before the next packet arrives.
 */
const INTERRUPTION_MS = 500;

/**
 * RTP streams of one client. Its statistics are cumulative; a record has differences (series) and
 * results.
 */
export class ClientStreams {
  readonly #streams = new Map<string, Stream>();
  #peers: readonly PeerReading[] = [];

  /**
   * Take over a reading of all PeerConnections.
   * @param at time of the reading, ms, on any monotonic clock
   */
  read(peers: readonly PeerReading[], at: number): void {
    this.#peers = peers;
    for (const [number, { streams }] of peers.entries())
      for (const reading of streams) this.#read(`${number} ${reading.id}`, reading, at);
  }

  /**
   * Series of the differences since the last call.
   * @param counts false leaves the differences out, because the client was starved
   * @param clockCorrectionMs offset from the clock of the client to the clock of publishers, ms
   */
  take(owner: StreamOwner, counts: boolean, clockCorrectionMs = 0): SeriesSample[] {
    const groups = new Map<string, SeriesGroup>();
    for (const stream of this.#streams.values()) {
      if (counts) addStream(groups, owner, stream, clockCorrectionMs);
      stream.taken = stream.last;
      stream.takenInterruptions = { ...stream.interruptions };
      stream.takenSwitches = stream.layerSwitches;
    }
    if (counts) this.#addBandwidth(groups);
    return [...groups.values()].map(seriesOf);
  }

  /**
   * One result for each track, or for each of its layers.
   * @param at time, ms, on the clock of `read`
   */
  results(at: number, clockCorrectionMs = 0): TrackResult[] {
    const byTrack = Map.groupBy(this.#streams.values(), ({ last }) => trackKey(last));
    return [...byTrack.values()].flatMap((same) => {
      const sorted = same.toSorted((a, b) => a.progressAt - b.progressAt);
      const newest = sorted.at(-1);
      return newest === undefined ? [] : [resultOf(sorted, newest, at, clockCorrectionMs)];
    });
  }

  #read(key: string, reading: StreamReading, at: number): void {
    const known = this.#streams.get(key);
    if (known === undefined) {
      this.#streams.set(key, newStream(reading, at));
      return;
    }
    const { last } = known;
    const progressed = reading.counters.packets > last.counters.packets;
    if (reading.direction === 'down') noteSilence(known, reading, progressed, at);
    if (last.height > 0 && reading.height > 0 && last.height !== reading.height)
      known.layerSwitches++;
    if (progressed) known.progressAt = at;
    known.last = reading;
  }

  /** Add the bandwidth estimate of each PeerConnection, once per direction in which media flows. */
  #addBandwidth(groups: Map<string, SeriesGroup>): void {
    for (const direction of ['up', 'down'] as const) {
      const ours = [...groups.values()].filter(
        ({ sample }) => sample.labels.direction === direction,
      );
      const one = ours.find(({ sample }) => sample.labels.kind === 'video') ?? ours[0];
      for (const { bandwidth } of this.#peers) {
        const estimate = bandwidth[direction];
        if (estimate !== null) one?.bandwidth.add(estimate);
      }
    }
  }
}

const newStream = (reading: StreamReading, at: number): Stream => ({
  last: reading,
  taken: null,
  progressAt: at,
  silentSince: null,
  interruptions: { count: 0, ms: 0 },
  takenInterruptions: { count: 0, ms: 0 },
  layerSwitches: 0,
  takenSwitches: 0,
  longestInterruptionMs: 0,
});

/**
 * Note an interruption: from a reading without a new packet, if media was expected before and after
 * it, until packets arrive again.
 */
const noteSilence = (
  stream: Stream,
  { facts }: StreamReading,
  progressed: boolean,
  at: number,
): void => {
  if (!facts.expected) {
    stream.silentSince = null;
  } else if (!progressed) {
    const isLong = at - stream.progressAt > INTERRUPTION_MS;
    if (stream.silentSince === null && stream.last.facts.expected && isLong) {
      stream.silentSince = stream.progressAt;
      stream.interruptions.count++;
    }
  } else if (stream.silentSince !== null) {
    const ms = at - stream.silentSince;
    stream.interruptions.ms += ms;
    stream.longestInterruptionMs = Math.max(stream.longestInterruptionMs, ms);
    stream.silentSince = null;
  }
};

/** Series while it is being added up. */
interface SeriesGroup {
  sample: SeriesSample;
  playout: ReturnType<typeof emptyPlayoutSample>;
  jitter: Sketch;
  rtt: Sketch;
  buffer: Sketch;
  latency: Sketch;
  bandwidth: Sketch;
}

const seriesOf = ({
  sample,
  playout,
  jitter,
  rtt,
  buffer,
  latency,
  bandwidth,
}: SeriesGroup): SeriesSample => ({
  ...sample,
  jitter: jitter.toBins(),
  rtt: rtt.toBins(),
  playout: {
    ...playout,
    jitterBufferDelay: buffer.toBins(),
    frameLatency: latency.toBins(),
    bandwidthEstimate: bandwidth.toBins(),
  },
});

const addStream = (
  groups: Map<string, SeriesGroup>,
  owner: StreamOwner,
  stream: Stream,
  clockCorrectionMs: number,
): void => {
  const { last, taken } = stream;
  const grown = (name: StreamCounter): number => last.counters[name] - (taken?.counters[name] ?? 0);
  const isNew = taken === null || last !== taken;
  if (!isNew) return;
  const { sample, playout, jitter, rtt, buffer, latency } = groupOf(groups, owner, last);
  const isDown = last.direction === 'down';
  const isVideo = last.facts.kind === 'video';
  if (grown('packets') > 0) {
    if (isDown || last.layer === null || last.layer === 'q') sample.tracks += 1;
    if (last.height > 0) sample.layers[last.height] = (sample.layers[last.height] ?? 0) + 1;
    if (last.jitterMs !== null) jitter.add(last.jitterMs);
    if (last.rttMs !== null) rtt.add(last.rttMs);
  }
  sample.packets += grown('packets');
  sample.bytes += grown('bytes');
  sample.lost += grown('lost');
  sample.recovered += grown('recovered');
  sample.duplicates += grown('duplicates');
  sample.lostBeforeRecovery += grown('lostBeforeRecovery');
  sample.rtxPackets += grown('rtxPackets');
  sample[isDown ? 'nacksSent' : 'nacksReceived'] += grown('nacks');
  sample[isDown ? 'plisSent' : 'plisReceived'] += grown('plis');
  if (isVideo) {
    sample.framesSent += grown('frames');
    sample.keyframes += grown('keyframes');
    sample.layerSwitches += stream.layerSwitches - stream.takenSwitches;
  }
  sample.interruptions += stream.interruptions.count - stream.takenInterruptions.count;
  sample.interruptionMs += stream.interruptions.ms - stream.takenInterruptions.ms;
  for (const name of PLAYOUT_COUNTERS)
    playout[name] += last.playout[name] - (taken?.playout[name] ?? 0);
  const buffered = last.buffered - (taken?.buffered ?? 0);
  if (buffered > 0)
    buffer.add(((last.bufferSeconds - (taken?.bufferSeconds ?? 0)) * 1_000) / buffered);
  const { timed = NOT_TIMED } = last.facts;
  const { timed: before = NOT_TIMED } = taken?.facts ?? {};
  if (timed.count > before.count)
    latency.add(
      clockCorrectionMs + (timed.latencyMs - before.latencyMs) / (timed.count - before.count),
    );
};

const groupOf = (
  groups: Map<string, SeriesGroup>,
  { group, role }: StreamOwner,
  { direction, facts, codec }: StreamReading,
): SeriesGroup => {
  const key = `${direction} ${facts.kind} ${codec}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made: SeriesGroup = {
    sample: emptySeries({ direction, kind: facts.kind, group, role, codec }),
    playout: emptyPlayoutSample(),
    jitter: new Sketch(),
    rtt: new Sketch(),
    buffer: new Sketch(),
    latency: new Sketch(),
    bandwidth: new Sketch(),
  };
  groups.set(key, made);
  return made;
};

/**
 * Identifier of a publication: a reconnect of either side replaces streams and sids, but not this.
 */
const trackKey = ({ direction, facts, layer }: StreamReading): string =>
  JSON.stringify([direction, facts.publisher ?? '', facts.kind, facts.source, layer]);

/** @param streams all streams of one track, in the order of their last packets */
const resultOf = (
  streams: readonly Stream[],
  newest: Stream,
  at: number,
  clockCorrectionMs: number,
): TrackResult => {
  const { last } = newest;
  const { direction, facts, codec, layer, width, height } = last;
  const isDown = direction === 'down';
  const sum = (read: (stream: Stream) => number): number =>
    streams.reduce((total, stream) => total + read(stream), 0);
  const total = (name: StreamCounter): number => sum((stream) => stream.last.counters[name]);
  const buffered = sum((stream) => stream.last.buffered);
  const timed = sum((stream) => stream.last.facts.timed?.count ?? 0);
  return {
    ...emptyTrackResult(direction),
    kind: facts.kind,
    codec,
    ...(facts.kind === 'video' && { source: facts.source }),
    ...(facts.publisher !== undefined && { publisher: facts.publisher, sid: facts.sid }),
    ...(layer !== null && { layer }),
    packets: total('packets'),
    bytes: total('bytes'),
    lost: total('lost'),
    lostBeforeRecovery: total('lostBeforeRecovery'),
    recovered: total('recovered'),
    duplicates: total('duplicates'),
    nacks: total('nacks'),
    plis: total('plis'),
    rtxPackets: total('rtxPackets'),
    layerSwitches: sum(({ layerSwitches }) => layerSwitches),
    interruptions: sum(({ interruptions }) => interruptions.count),
    interruptionMs: Math.round(sum(({ interruptions }) => interruptions.ms)),
    longestInterruptionMs: Math.round(
      Math.max(...streams.map(({ longestInterruptionMs }) => longestInterruptionMs)),
    ),
    width,
    height,
    jitterMs: last.jitterMs,
    rttMs: last.rttMs,
    activeAtEnd: isDown && (!facts.expected || at - newest.progressAt <= ALIVE_WITHIN_MS),
    playout: {
      ...(Object.fromEntries(
        PLAYOUT_COUNTERS.map((name) => [name, sum((stream) => stream.last.playout[name])]),
      ) as Record<(typeof PLAYOUT_COUNTERS)[number], number>),
      jitterBufferDelayMs:
        buffered > 0 ? (sum((stream) => stream.last.bufferSeconds) * 1_000) / buffered : null,
      frameLatencyMs:
        timed > 0
          ? clockCorrectionMs + sum((stream) => stream.last.facts.timed?.latencyMs ?? 0) / timed
          : null,
    },
  };
};
