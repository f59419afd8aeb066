import type { Track } from '@livekit/rtc-node';
import type { Stat } from '../client/stat.ts';
import { flatStats, type RtcStat } from './stats.ts';

/**
 * Part of rtc-node's connection to libwebrtc that statistics of a track need: the protocol has the
 * request, but rtc-node no method for it.
 */
interface Ffi {
  getNextRequestAsyncId(): bigint;
  request(request: object): unknown;
  waitFor<Result>(
    predicate: (event: { message: { case?: string; value?: { asyncId?: bigint } } }) => boolean,
    options: { signal: AbortSignal },
  ): Promise<Result>;
}

const ANSWER_MS = 1_500;

/** Types of statistics that name no track in the statistics of a connection. */
const OF_TRACKS: ReadonlySet<string> = new Set(['inbound-rtp', 'outbound-rtp']);

/**
 * Statistics of one track's streams, with the sid of the track as `trackIdentifier`: rtc-node does
 * not know libwebrtc's id of a track.
 * @throws Error if libwebrtc does not answer
 */
export const statsOfTrack = async (track: Track, sid: string): Promise<Stat[]> => {
  const { _ffiClientInstance: ffi } = globalThis as { _ffiClientInstance?: Ffi };
  if (ffi === undefined) return [];
  const requestAsyncId = ffi.getNextRequestAsyncId();
  const answer = ffi.waitFor<{ stats: RtcStat[] }>(
    ({ message }) => message.case === 'getStats' && message.value?.asyncId === requestAsyncId,
    { signal: AbortSignal.timeout(ANSWER_MS) },
  );
  const value = { trackHandle: track.ffi_handle.handle, requestAsyncId };
  ffi.request({ message: { case: 'getStats', value } });
  const { stats } = await answer;
  return flatStats(stats).map((stat) =>
    OF_TRACKS.has(stat.type) ? { ...stat, trackIdentifier: sid } : stat,
  );
};

/**
 * All statistics of a PeerConnection: streams are from the statistics of tracks, the rest from
 * those of the connection.
 */
export const merged = (connection: readonly Stat[], tracks: readonly Stat[]): Stat[] => [
  ...new Map(
    [...connection.filter(({ type }) => !OF_TRACKS.has(type)), ...tracks].map((stat) => [
      stat.id,
      stat,
    ]),
  ).values(),
];
