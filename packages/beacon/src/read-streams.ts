import {
  count,
  type Stat,
  type StatsReading,
  seconds,
  type TransportRoute,
} from './stats-reading.ts';

/** Facts about a track that its statistics do not contain. */
export interface TrackFacts {
  sid: string;
  /** SID of the publisher; undefined for own tracks. */
  publisher: string | undefined;
  expected: boolean;
  paused: boolean;
  rated: boolean;
}

/**
 * Reads the RTP streams of one track from the statistics of its sender or receiver (W3C
 * webrtc-stats §8), and their transport.
 */
export const readStreams = (
  stats: readonly Stat[],
  facts: TrackFacts,
): { streams: StatsReading[]; route: TransportRoute } => {
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const route = routeOf(stats, byId);
  const streams = stats.flatMap((stat): StatsReading[] => {
    if (stat.type === 'inbound-rtp') return [inbound(stat, byId, facts, route)];
    if (stat.type === 'outbound-rtp') return [outbound(stat, stats, byId, facts, route)];
    return [];
  });
  return { streams: withOneRated(streams), route };
};

const inbound = (
  stat: Stat,
  byId: Map<string, Stat>,
  facts: TrackFacts,
  route: TransportRoute,
): StatsReading => ({
  ...common(stat, byId, facts),
  direction: 'down',
  counters: {
    packets: count(stat.packetsReceived),
    bytes: count(stat.bytesReceived),
    lost: count(stat.packetsLost),
    recovered: count(stat.retransmittedPacketsReceived),
    nacks: count(stat.nackCount),
    plis: count(stat.pliCount),
    frames: count(stat.framesDecoded),
    framesDropped: count(stat.framesDropped),
    codecSeconds: count(stat.totalDecodeTime),
    cpuLimitedSeconds: 0,
    freezes: count(stat.freezeCount),
    freezeSeconds: count(stat.totalFreezesDuration),
    concealed: count(stat.concealedSamples),
    silentConcealed: count(stat.silentConcealedSamples),
    samples: count(stat.totalSamplesReceived),
  },
  jitter: seconds(stat.jitter),
  rtt: route.rtt,
  bufferSeconds: count(stat.jitterBufferDelay),
  bufferCount: count(stat.jitterBufferEmittedCount),
});

/**
 * Reads sent streams. Loss, jitter and round-trip time come from the receiver reports of the server
 * (remote-inbound-rtp).
 */
const outbound = (
  stat: Stat,
  stats: readonly Stat[],
  byId: Map<string, Stat>,
  facts: TrackFacts,
  route: TransportRoute,
): StatsReading => {
  const remote = stats.find(
    ({ type, ssrc }) => type === 'remote-inbound-rtp' && ssrc === stat.ssrc,
  );
  return {
    ...common(stat, byId, facts),
    direction: 'up',
    counters: {
      packets: count(stat.packetsSent),
      bytes: count(stat.bytesSent),
      lost: count(remote?.packetsLost),
      recovered: count(stat.retransmittedPacketsSent),
      nacks: count(stat.nackCount),
      plis: count(stat.pliCount),
      frames: count(stat.framesSent ?? stat.framesEncoded),
      framesDropped: 0,
      codecSeconds: count(stat.totalEncodeTime),
      cpuLimitedSeconds: count(stat.qualityLimitationDurations?.cpu),
      freezes: 0,
      freezeSeconds: 0,
      concealed: 0,
      silentConcealed: 0,
      samples: 0,
    },
    jitter: seconds(remote?.jitter),
    rtt: seconds(remote?.roundTripTime) ?? route.rtt,
    bufferSeconds: 0,
    bufferCount: 0,
  };
};

const common = (
  stat: Stat,
  byId: Map<string, Stat>,
  { sid, publisher, expected, paused, rated }: TrackFacts,
) => ({
  key: `${sid} ${stat.type} ${stat.ssrc ?? stat.id}`,
  kind: stat.kind === 'video' ? ('video' as const) : ('audio' as const),
  codec: byId
    .get(stat.codecId ?? '')
    ?.mimeType?.split('/')[1]
    ?.toLowerCase(),
  publisher,
  width: count(stat.frameWidth),
  height: count(stat.frameHeight),
  active: stat.active !== false,
  expected,
  paused,
  rated,
});

/** Marks the largest active simulcast layer, which represents the track in quality scores. */
const withOneRated = (streams: StatsReading[]): StatsReading[] => {
  const size = ({ direction, active, width, height }: StatsReading) =>
    direction === 'up' && active ? width * height : 0;
  const largest = Math.max(...streams.map(size));
  return streams.map((stream) => (size(stream) === largest ? stream : { ...stream, rated: false }));
};

/**
 * Transport of the selected candidate pair. Firefox has no transport statistics, but marks the
 * pair.
 */
const routeOf = (stats: readonly Stat[], byId: Map<string, Stat>): TransportRoute => {
  const transport = stats.find(({ type }) => type === 'transport');
  const pair =
    byId.get(transport?.selectedCandidatePairId ?? '') ??
    stats.find(
      (stat) =>
        stat.type === 'candidate-pair' && (stat.selected === true || stat.nominated === true),
    );
  const local = byId.get(pair?.localCandidateId ?? '');
  const way =
    local?.candidateType === 'relay'
      ? `relay_${local.relayProtocol ?? local.protocol}`
      : local?.protocol;
  return { transport: way?.toLowerCase(), rtt: seconds(pair?.currentRoundTripTime) };
};
