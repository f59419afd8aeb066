import type { ListenerFact } from '../listener/fact.ts';
import type { ListenerRequest } from '../listener/listener-request.ts';
import { openStream } from '../listener/open-stream.ts';
import type { LeftOut, MediaPlaylist } from '../playlist/playlist.ts';
import { type HlsProblem, problemAt, shownUrl } from '../problem.ts';

/** A live stream as its playlists describe it. */
export interface StreamFacts {
  /** Address of the media playlist that is followed, without query. */
  playlistUrl: string;
  targetDurationMs: number;
  /** Segments that the playlist lists. */
  segments: number;
  /** True if the playlist has dates of the encoder (EXT-X-PROGRAM-DATE-TIME). */
  hasDates: boolean;
  leftOut: readonly LeftOut[];
}

/**
 * Opens a stream once, as a listener does. Its segments are not loaded.
 * @returns the last problem if it cannot be followed, also as its segments are on another host
 * @throws the reason of the signal when it is aborted
 */
export const checkStream = async (
  request: Omit<ListenerRequest, 'note'>,
): Promise<StreamFacts | HlsProblem> => {
  const facts: ListenerFact[] = [];
  const opened = await openStream({ ...request, note: (fact) => void facts.push(fact) });
  if (opened === null) {
    const last = facts.findLast((fact) => fact.type === 'problem');
    if (last === undefined) throw new Error('a stream that does not open has a problem');
    return last.problem;
  }
  const { playlist, url } = opened;
  const foreign = addressesOf(playlist).find((address) => !request.mayLoad(address));
  if (foreign !== undefined) return problemAt('other_host', url, foreign.host);
  return {
    playlistUrl: shownUrl(url),
    targetDurationMs: playlist.targetDurationMs,
    segments: playlist.segments.length,
    hasDates: playlist.segments.at(-1)?.programDateMs !== null,
    leftOut: [
      ...facts.flatMap((fact) => (fact.type === 'left_out' ? [fact.what] : [])),
      ...playlist.leftOut,
    ],
  };
};

const addressesOf = ({ segments }: MediaPlaylist): URL[] =>
  segments.flatMap(({ url, map, keyUrl }) => [
    url,
    ...(map === null ? [] : [map.url]),
    ...(keyUrl === null ? [] : [keyUrl]),
  ]);
