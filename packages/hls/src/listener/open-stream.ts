import { chooseVariant } from '../playlist/choose-variant.ts';
import type { MediaPlaylist, Playlist } from '../playlist/playlist.ts';
import { type HlsProblem, mayPass, problemAt } from '../problem.ts';
import type { ListenerRequest } from './listener-request.ts';
import { type LoadedPlaylist, loadPlaylist } from './load-playlist.ts';
import { sleep } from './sleep.ts';

/** Attempts to load a playlist before a listener gives up, and the time between them, ms. */
const ATTEMPTS = 3;
const RETRY_MS = 1_000;

/**
 * Loads the first media playlist of a live stream: of the variant that fits, if there are variants.
 * @returns null: the listener cannot begin; the problem is noted
 * @throws the reason of the signal when it is aborted
 */
export const openStream = async (
  request: ListenerRequest,
): Promise<LoadedPlaylist<MediaPlaylist> | null> => {
  const first = await openPlaylist(request, request.url);
  if (first === null || isMedia(first)) return first;
  const { playlist } = first;
  if (playlist.type !== 'multivariant') return null;
  for (const what of playlist.leftOut) request.note({ type: 'left_out', what });
  const { url } = chooseVariant(playlist.variants, request.mostBitsPerSecond);
  const media = await openPlaylist(request, url);
  if (media === null || isMedia(media)) return media;
  const problem = problemAt('not_playlist', url, 'a variant that has variants itself');
  request.note({ type: 'problem', atMs: request.clock.now(), problem });
  return null;
};

const isMedia = (loaded: LoadedPlaylist): loaded is LoadedPlaylist<MediaPlaylist> =>
  loaded.playlist.type === 'media';

const openPlaylist = async (request: ListenerRequest, url: URL): Promise<LoadedPlaylist | null> => {
  const { note, clock, signal } = request;
  for (let attempt = 1; ; attempt++) {
    const loaded = await loadPlaylist(request, url);
    const problem = 'code' in loaded ? loaded : problemOf(loaded.playlist, loaded.url);
    if (!('code' in loaded) && problem === null) return loaded;
    if (problem !== null) note({ type: 'problem', atMs: clock.now(), problem });
    if (attempt === ATTEMPTS || problem === null || !mayPass(problem)) return null;
    await sleep(clock, RETRY_MS, signal);
  }
};

/** Reason for which a playlist is not that of a live stream; null: it is. */
const problemOf = (playlist: Playlist, url: URL): HlsProblem | null => {
  if (playlist.type === 'multivariant') return null;
  if (playlist.hasEnded) return problemAt('not_live', url);
  return playlist.segments.length === 0 ? problemAt('no_segments', url) : null;
};
