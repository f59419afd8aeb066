import type { Track } from '@livekit/rtc-node';
import type { Stat } from '../client/stat.ts';
import { flatStats, type RtcStat } from './stats.ts';

/** The parts of rtc-node's connection to libwebrtc that statistics of a track need. It has the request, but no method for it. */
interface Ffi {
  getNextRequestAsyncId(): bigint;
  request(request: object): unknown;
  waitFor<Result>(
    predicate: (event: { message: { case?: string; value?: { asyncId?: bigint } } }) => boolean,
    options: { signal: AbortSignal },
  ): Promise<Result>;
}

const ANSWER_MS = 1_500;

/** Only these name no track. */
const OF_TRACKS: ReadonlySet<string> = new Set(['inbound-rtp', 'outbound-rtp']);

/**
 * The streams of one track, with its sid as `trackIdentifier`: libwebrtc's own name of a track is not known to rtc-node.
 * @throws Error when libwebrtc does not answer
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

/** All statistics of a connection: what names no track is in those of the connection. */
export const merged = (connection: readonly Stat[], tracks: readonly Stat[]): Stat[] => [
  ...new Map(
    [...connection.filter(({ type }) => !OF_TRACKS.has(type)), ...tracks].map((stat) => [
      stat.id,
      stat,
    ]),
  ).values(),
];
