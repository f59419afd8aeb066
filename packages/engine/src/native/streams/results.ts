import type { RemoteTrack, TrackSpec } from '@livekit-swarm/livekit';
import {
  addDecryption,
  emptyTrackResult,
  TRACK_COUNTERS,
  type TrackResult,
} from '@livekit-swarm/record';
import {
  decryptionOf,
  FLOW_COUNTERS,
  isEncrypted,
  RECEIVER_COUNTERS,
  SENDER_COUNTERS,
  trackCounters,
} from './pump-counters.ts';
import type { DataStream, DownStream, UpStream } from './stream-registry.ts';
import { publicationOf, videoSourceOf } from './video-source.ts';

/** Time before the end of the session within which a packet counts as alive, ms. */
const ALIVE_WITHIN_MS = 2_000;

/** All streams of one participant over its session, ended ones included. */
export interface SessionStreams {
  up: readonly UpStream[];
  down: readonly DownStream[];
  data: readonly DataStream[];
  /** Messages and bytes that all data flows sent. */
  dataSent: { messages: number; bytes: number };
}

/** A participant's knowledge of the tracks of others. */
export interface KnownTracks {
  /** Track by sid, also one that is no longer published. */
  track(sid: string): RemoteTrack | undefined;
  /** Tracks that are published now. */
  readonly tracks: Iterable<RemoteTrack>;
}

/** Tracks and data that the grants did not allow to publish. */
export interface RejectedPublications {
  tracks: readonly TrackSpec[];
  data: boolean;
}

/**
 * One result per track. A reconnect of either side replaces streams and sids: streams of the same
 * publisher and source, or of the same local layer, are added up.
 * @param endedAt end of the session, Unix ms
 */
export const trackResults = (
  streams: SessionStreams,
  endedAt: number,
  room: KnownTracks,
  rejected: RejectedPublications,
): TrackResult[] => {
  const rejectedCids = new Set(rejected.tracks.map(({ cid }) => cid));
  const up = Map.groupBy(
    streams.up.filter(({ cid }) => !rejectedCids.has(cid)),
    ({ cid, layer }) => `${cid} ${layer}`,
  );
  const down = Map.groupBy(streams.down, ({ trackSid }) => {
    const track = room.track(trackSid);
    return track === undefined ? trackSid : publicationOf(track);
  });
  const published = new Set([...room.tracks].map(publicationOf));
  return [
    ...[...up.values()].map((same) => mergeAll(same.map(upResult))),
    ...rejected.tracks.map(rejectedResult),
    ...[...down].map(([source, same]) => {
      const merged = mergeAll(
        same.map((stream) => downResult(stream, endedAt, room.track(stream.trackSid))),
      );
      // No media is expected of a track that is no longer published.
      return merged.publisher === undefined || published.has(source)
        ? merged
        : { ...merged, activeAtEnd: true };
    }),
    ...(streams.dataSent.messages > 0
      ? [
          {
            ...emptyTrackResult('up'),
            packets: streams.dataSent.messages,
            bytes: streams.dataSent.bytes,
            ...(rejected.data && { rejected: true as const }),
          },
        ]
      : []),
    ...streams.data.map(dataResult),
  ];
};

const rejectedResult = ({ kind, codec, source = 'camera' }: TrackSpec): TrackResult => ({
  ...emptyTrackResult('up'),
  kind,
  codec,
  ...(kind === 'video' && { source }),
  rejected: true,
});

const upResult = ({ kind, codec, source, layer, width, height, stats }: UpStream): TrackResult => ({
  ...emptyTrackResult('up'),
  kind,
  codec,
  ...(source !== undefined && { source }),
  ...(layer !== null && { layer }),
  width,
  height,
  ...(stats !== null && {
    ...trackCounters(SENDER_COUNTERS, stats),
    jitterMs: Number.isNaN(stats.rttMs) ? null : stats.remoteJitterMs,
    rttMs: known(stats.rttMs),
  }),
});

const downResult = (
  { kind, codec, trackSid, silent, stats }: DownStream,
  endedAt: number,
  track: RemoteTrack | undefined,
): TrackResult => ({
  ...emptyTrackResult('down'),
  kind,
  codec,
  sid: trackSid,
  ...(track !== undefined && { publisher: track.identity }),
  ...(track?.kind === 'video' && { source: videoSourceOf(track) }),
  ...(stats !== null && {
    ...trackCounters(RECEIVER_COUNTERS, stats),
    ...(isEncrypted(decryptionOf(stats)) && { decryption: decryptionOf(stats) }),
    jitterMs: stats.packets > 0 ? stats.jitterMs : null,
    latencyP50Ms: known(stats.latencyP50Ms),
    latencyP95Ms: known(stats.latencyP95Ms),
    latencyMaxMs: known(stats.latencyMaxMs),
    activeAtEnd: silent || endedAt - stats.lastPacketAt <= ALIVE_WITHIN_MS,
  }),
});

const dataResult = ({ stats }: DataStream): TrackResult => ({
  ...emptyTrackResult('down'),
  ...(stats !== null && {
    ...trackCounters(FLOW_COUNTERS, stats),
    latencyP50Ms: known(stats.latencyP50Ms),
    latencyP95Ms: known(stats.latencyP95Ms),
    latencyMaxMs: known(stats.latencyMaxMs),
  }),
});

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/**
 * Result of a track with successive streams: sums of counters, maxima of measurements, and the
 * state of the last stream.
 */
export const mergeAll = (results: TrackResult[]): TrackResult => results.reduce(merge);

const merge = (before: TrackResult, after: TrackResult): TrackResult => {
  const merged = { ...after };
  for (const [counter, aggregation] of TRACK_COUNTERS) {
    if (aggregation === 'sum') merged[counter] = before[counter] + after[counter];
    if (aggregation === 'max') merged[counter] = Math.max(before[counter], after[counter]);
  }
  if (before.decryption !== undefined)
    merged.decryption = addDecryption(after.decryption, before.decryption);
  // Percentiles cannot be added: those of the stream with more packets are kept.
  const typical = before.packets > after.packets ? before : after;
  merged.latencyP50Ms = typical.latencyP50Ms ?? before.latencyP50Ms ?? after.latencyP50Ms;
  merged.latencyP95Ms = typical.latencyP95Ms ?? before.latencyP95Ms ?? after.latencyP95Ms;
  merged.latencyMaxMs = largest(before.latencyMaxMs, after.latencyMaxMs);
  merged.jitterMs = largest(before.jitterMs, after.jitterMs);
  merged.rttMs = after.rttMs ?? before.rttMs;
  merged.activeAtEnd = before.activeAtEnd || after.activeAtEnd;
  return merged;
};

const largest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
