import { emptyPlayoutCounters, type PlayoutCounter } from '@livekit-swarm/record';
import type { Stat } from './stat.ts';

/** Facts that a client knows of a track and that its statistics lack. */
export interface TrackFacts {
  /** `trackIdentifier` of the track in statistics. */
  id: string;
  sid: string;
  kind: 'audio' | 'video';
  source: 'camera' | 'screen' | 'other';
  /** Identity of the publisher; absent: the client itself. */
  publisher?: string;
  /** True if media of the track is expected now. */
  expected: boolean;
  /** Frames that were shown and carried their capture time. */
  timed?: TimedFrames;
}

/** Frames with a capture time, cumulative. */
export interface TimedFrames {
  count: number;
  /** Total latency from capture to display, ms. */
  latencyMs: number;
}

/** Counters of a stream since its start, with the names of the record's counters. */
export type StreamCounter =
  | 'packets'
  | 'bytes'
  | 'lostBeforeRecovery'
  | 'lost'
  | 'recovered'
  | 'duplicates'
  | 'nacks'
  | 'plis'
  | 'rtxPackets'
  | 'frames'
  | 'keyframes';

/** RTP stream with the counters of its client. */
export interface StreamReading {
  /** Identifier of the stream within its PeerConnection. */
  id: string;
  direction: 'up' | 'down';
  codec: string;
  facts: TrackFacts;
  /** Simulcast layer: q, h or f. */
  layer: string | null;
  counters: Record<StreamCounter, number>;
  playout: Record<PlayoutCounter, number>;
  /** Total time of all frames or samples in the jitter buffer, s; `buffered` is their number. */
  bufferSeconds: number;
  buffered: number;
  width: number;
  height: number;
  jitterMs: number | null;
  rttMs: number | null;
}

/** Reading of the statistics of one PeerConnection. */
export interface PeerReading {
  streams: StreamReading[];
  /** Round-trip time of the selected candidate pair, ms. */
  rttMs: number | null;
  family: 4 | 6 | null;
  /** Bandwidth estimate for each direction, bit/s; null: none. */
  bandwidth: { up: number | null; down: number | null };
}

/** Read W3C webrtc-stats. Streams of tracks that the client does not know are left out. */
export const readStats = (stats: readonly Stat[], tracks: readonly TrackFacts[]): PeerReading => {
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const known = new Map(tracks.map((facts) => [facts.id, facts]));
  const pair = selectedPair(stats, byId);
  const rttMs = milliseconds(pair?.currentRoundTripTime);
  const streams = stats.flatMap((stat): StreamReading[] => {
    const isInbound = stat.type === 'inbound-rtp';
    if (!isInbound && stat.type !== 'outbound-rtp') return [];
    const source = byId.get(String(stat.mediaSourceId));
    const facts = known.get(String(stat.trackIdentifier ?? source?.trackIdentifier));
    if (facts === undefined) return [];
    const codec = String(byId.get(String(stat.codecId))?.mimeType ?? '');
    const common = {
      id: `${stat.type} ${stat.ssrc}`,
      codec: codec.split('/')[1]?.toLowerCase() ?? '',
      facts,
      width: count(stat.frameWidth),
      height: count(stat.frameHeight),
    };
    return [isInbound ? inbound(stat, common, rttMs) : outbound(stat, common, stats)];
  });
  return {
    streams,
    rttMs,
    family: familyOf(byId.get(String(pair?.localCandidateId))),
    bandwidth: {
      up: positive(pair?.availableOutgoingBitrate),
      down: positive(pair?.availableIncomingBitrate),
    },
  };
};

type Common = Pick<StreamReading, 'id' | 'codec' | 'facts' | 'width' | 'height'>;

const inbound = (stat: Stat, common: Common, rttMs: number | null): StreamReading => ({
  ...common,
  direction: 'down',
  layer: null,
  counters: {
    packets: count(stat.packetsReceived),
    bytes: count(stat.bytesReceived),
    // Packets that arrive as retransmissions on a separate stream (RFC 4588) stay lost in this
    // counter. It is negative if packets arrived twice (RFC 3550 §6.4.1).
    lostBeforeRecovery: Number(stat.packetsLost ?? 0),
    lost: Number(stat.packetsLost ?? 0) - count(stat.retransmittedPacketsReceived),
    recovered: count(stat.retransmittedPacketsReceived),
    duplicates: count(stat.packetsDuplicated),
    nacks: count(stat.nackCount),
    plis: count(stat.pliCount) + count(stat.firCount),
    rtxPackets: count(stat.retransmittedPacketsReceived),
    frames: 0,
    keyframes: count(stat.keyFramesDecoded),
  },
  playout: {
    ...emptyPlayoutCounters(),
    framesDecoded: count(stat.framesDecoded),
    framesDropped: count(stat.framesDropped),
    freezes: count(stat.freezeCount),
    freezeMs: count(stat.totalFreezesDuration) * 1_000,
    samples: count(stat.totalSamplesReceived),
    concealedSamples: count(stat.concealedSamples),
    silentConcealedSamples: count(stat.silentConcealedSamples),
  },
  bufferSeconds: count(stat.jitterBufferDelay),
  buffered: count(stat.jitterBufferEmittedCount),
  jitterMs: milliseconds(stat.jitter),
  rttMs,
});

/**
 * Reading of a sent stream: loss, jitter and round-trip time are from the server's receiver
 * reports.
 */
const outbound = (stat: Stat, common: Common, stats: readonly Stat[]): StreamReading => {
  const remote = stats.find(
    ({ type, ssrc }) => type === 'remote-inbound-rtp' && ssrc === stat.ssrc,
  );
  const quality = limitation(stat.qualityLimitationDurations);
  return {
    ...common,
    direction: 'up',
    layer: typeof stat.rid === 'string' && stat.rid !== '' ? stat.rid : null,
    counters: {
      packets: count(stat.packetsSent),
      bytes: count(stat.bytesSent),
      lostBeforeRecovery: Number(remote?.packetsLost ?? 0) + count(stat.retransmittedPacketsSent),
      lost: Number(remote?.packetsLost ?? 0),
      recovered: 0,
      duplicates: 0,
      nacks: count(stat.nackCount),
      plis: count(stat.pliCount) + count(stat.firCount),
      rtxPackets: count(stat.retransmittedPacketsSent),
      frames: count(stat.framesSent ?? stat.framesEncoded),
      keyframes: count(stat.keyFramesEncoded),
    },
    playout: { ...emptyPlayoutCounters(), ...quality },
    bufferSeconds: 0,
    buffered: 0,
    jitterMs: milliseconds(remote?.jitter),
    rttMs: milliseconds(remote?.roundTripTime),
  };
};

/** Total time and limited time, from seconds by reason: `none`, `bandwidth`, `cpu`, `other`. */
const limitation = (durations: unknown): { sentMs: number; limitedMs: number } => {
  const byReason = typeof durations === 'object' && durations !== null ? durations : {};
  let [sentMs, limitedMs] = [0, 0];
  for (const [reason, seconds] of Object.entries(byReason)) {
    const ms = count(seconds) * 1_000;
    sentMs += ms;
    if (reason === 'bandwidth' || reason === 'cpu') limitedMs += ms;
  }
  return { sentMs, limitedMs };
};

const selectedPair = (stats: readonly Stat[], byId: Map<string, Stat>): Stat | undefined => {
  const transport = stats.find(
    ({ type, selectedCandidatePairId }) =>
      type === 'transport' && selectedCandidatePairId !== undefined,
  );
  return (
    byId.get(String(transport?.selectedCandidatePairId)) ??
    stats.find((stat) => stat.type === 'candidate-pair' && stat.nominated === true)
  );
};

const familyOf = (candidate: Stat | undefined): 4 | 6 | null => {
  const address = candidate?.address ?? candidate?.ip;
  if (typeof address !== 'string' || address === '') return null;
  return address.includes(':') ? 6 : 4;
};

const count = (value: unknown): number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : 0;

const positive = (value: unknown): number | null => (count(value) > 0 ? count(value) : null);

/** Milliseconds of a value in seconds; null: not measured. */
const milliseconds = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
    ? value * 1_000
    : null;
