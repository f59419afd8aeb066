import { load } from '../http/load.ts';
import type { Playlist } from '../playlist/playlist.ts';
import { readPlaylist } from '../playlist/read-playlist.ts';
import type { HlsProblem } from '../problem.ts';
import type { ListenerRequest } from './listener-request.ts';

/** A playlist that was loaded. Times are ms since 1970. */
export interface LoadedPlaylist<Type extends Playlist = Playlist> {
  playlist: Type;
  /** Address after redirects. */
  url: URL;
  requestedMs: number;
  receivedMs: number;
  bytes: number;
  /** Time between writing and serving by the server's clock, ±1 s; null: it sends no dates. */
  servedAfterMs: number | null;
}

/** @throws the reason of the signal when it is aborted */
export const loadPlaylist = async (
  { fetcher, mayLoad, clock, signal }: ListenerRequest,
  url: URL,
): Promise<LoadedPlaylist | HlsProblem> => {
  const requestedMs = clock.now();
  const loaded = await load(fetcher, mayLoad, url, { asText: true, range: null, signal });
  if ('code' in loaded) return loaded;
  const { dateMs, lastModifiedMs, bytes, text } = loaded.answer;
  const playlist = readPlaylist(text, loaded.url);
  if ('code' in playlist) return playlist;
  return {
    ...{ playlist, url: loaded.url, requestedMs, receivedMs: clock.now(), bytes },
    servedAfterMs:
      dateMs === null || lastModifiedMs === null ? null : Math.max(0, dateMs - lastModifiedMs),
  };
};
