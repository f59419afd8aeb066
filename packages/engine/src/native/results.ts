import type { TrackResult } from '@livekit-swarm/core';
import type { RemoteTrack } from '@livekit-swarm/livekit';
import { emptyResult, mergeAll } from './merge-results.ts';
import { missedByServer } from './series.ts';
import type { DataStream, DownStream, UpStream } from './stream-book.ts';

/** Media within this time of the end of the stay counts as alive, ms. */
const ALIVE_WITHIN_MS = 2_000;

/** All streams of one participant over its whole stay, those that ended included. */
export interface StayStreams {
  up: readonly UpStream[];
  down: readonly DownStream[];
  data: readonly DataStream[];
  /** Messages and their bytes sent, all flows together. */
  dataSent: { messages: number; bytes: number };
}

/**
 * One result per track. A full reconnect, of ours or of the publisher's, replaces streams and sids: what is the same publisher's same source, or
 * our same layer, is added up.
 * @param endedAt end of the stay, Unix ms
 * @param describe what is known of a remote track
 */
export const trackResults = (
  streams: StayStreams,
  endedAt: number,
  describe: (trackSid: string) => RemoteTrack | undefined,
): TrackResult[] => {
  const up = Map.groupBy(streams.up, ({ cid, layer }) => `${cid} ${layer}`);
  const down = Map.groupBy(streams.down, ({ trackSid, kind }) => {
    const track = describe(trackSid);
    return track === undefined ? trackSid : `${track.identity} ${kind} ${track.source}`;
  });
  return [
    ...[...up.values()].map((same) => mergeAll(same.map(upResult))),
    ...[...down.values()].map((same) => mergeAll(same.map((stream) => downResult(stream, endedAt, describe(stream.trackSid))))),
    ...(streams.dataSent.messages > 0
      ? [{ ...emptyResult('up'), packets: streams.dataSent.messages, bytes: streams.dataSent.bytes }]
      : []),
    ...streams.data.map(dataResult),
  ];
};

const upResult = ({ kind, codec, layer, width, height, stats }: UpStream): TrackResult => ({
  ...emptyResult('up'),
  kind,
  codec,
  ...(layer !== null && { layer }),
  width,
  height,
  ...(stats !== null && {
    packets: stats.packets,
    bytes: stats.bytes,
    lostBeforeRecovery: missedByServer(stats),
    lost: stats.remoteLost,
    recovered: Math.max(0, missedByServer(stats) - stats.remoteLost),
    nacks: stats.nacks,
    plis: stats.plis + stats.firs,
    rtxPackets: stats.rtxPackets,
    jitterMs: Number.isNaN(stats.rttMs) ? null : stats.remoteJitterMs,
    rttMs: known(stats.rttMs),
  }),
});

const downResult = (
  { kind, codec, trackSid, silent, stats }: DownStream,
  endedAt: number,
  track: RemoteTrack | undefined,
): TrackResult => ({
  ...emptyResult('down'),
  kind,
  codec,
  sid: trackSid,
  ...(track !== undefined && { from: track.identity }),
  ...(stats !== null && {
    packets: stats.packets,
    bytes: stats.bytes,
    lostBeforeRecovery: stats.lostBeforeRecovery,
    lost: stats.lost,
    recovered: stats.recovered,
    duplicates: stats.duplicates,
    outOfOrder: stats.outOfOrder,
    nacks: stats.nacks,
    plis: stats.plis,
    rtxPackets: stats.recovered,
    jitterMs: stats.packets > 0 ? stats.jitterMs : null,
    latencyP50Ms: known(stats.latencyP50Ms),
    latencyP95Ms: known(stats.latencyP95Ms),
    latencyMaxMs: known(stats.latencyMaxMs),
    gaps: stats.gaps,
    gapMs: stats.gapMs,
    longestGapMs: stats.longestGapMs,
    layerSwitches: stats.layerSwitches,
    width: stats.width,
    height: stats.height,
    aliveAtEnd: silent || endedAt - stats.lastPacketAt <= ALIVE_WITHIN_MS,
  }),
});

const dataResult = ({ stats }: DataStream): TrackResult => ({
  ...emptyResult('down'),
  ...(stats !== null && {
    packets: stats.received,
    bytes: stats.bytes,
    lost: stats.lost,
    lostBeforeRecovery: stats.lost,
    duplicates: stats.duplicates,
    latencyP50Ms: known(stats.latencyP50Ms),
    latencyP95Ms: known(stats.latencyP95Ms),
    latencyMaxMs: known(stats.latencyMaxMs),
  }),
});

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
