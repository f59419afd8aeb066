import { reloadAfterMs } from '../playlist/live-edge.ts';
import { endOf, type LeftOut, type MediaPlaylist } from '../playlist/playlist.ts';
import { type HlsProblem, problemAt } from '../problem.ts';
import type { LiveAge } from './fact.ts';
import type { Interval } from './interval.ts';
import type { ListenerRequest } from './listener-request.ts';
import { type LoadedPlaylist, loadPlaylist } from './load-playlist.ts';
import type { Playback } from './playback.ts';
import { PlaylistWatch } from './playlist-watch.ts';
import { type SegmentLoader, StreamLost } from './segment-loader.ts';
import { sleep } from './sleep.ts';

type LoadedMedia = LoadedPlaylist<MediaPlaylist>;

/** Resolution of dates in HTTP, ms. */
const HTTP_DATE_MS = 1_000;

/** Reloads the media playlist of a listener, and hands new segments to its loader. */
export class StreamFollower {
  readonly #request: ListenerRequest;
  readonly #playback: Playback;
  readonly #loader: SegmentLoader;
  readonly #watch: PlaylistWatch;
  readonly #leftOut = new Set<LeftOut>();
  /** Media sequence numbers of the newest version: its first, and the one after its last. */
  #known: { first: number; end: number } | null = null;

  constructor(request: ListenerRequest, playback: Playback, loader: SegmentLoader) {
    this.#request = request;
    this.#playback = playback;
    this.#loader = loader;
    this.#watch = new PlaylistWatch(request.note);
  }

  /**
   * Reloads the playlist until it has ended.
   * @throws StreamLost; the reason of the signal when it is aborted
   */
  async run(opened: LoadedMedia): Promise<void> {
    const { clock, signal } = this.#request;
    let { requestedMs, playlist } = opened;
    let changed = this.#take(opened);
    while (!playlist.hasEnded) {
      const reloadAtMs = requestedMs + reloadAfterMs(playlist.targetDurationMs, changed);
      await sleep(clock, reloadAtMs - clock.now(), signal);
      requestedMs = clock.now();
      const loaded = await loadPlaylist(this.#request, opened.url);
      changed = false;
      if ('code' in loaded) this.#noteProblem(loaded);
      else if (isMedia(loaded)) {
        playlist = loaded.playlist;
        changed = playlist.segments.length > 0 ? this.#take(loaded) : this.#takeEmpty(loaded);
      } else this.#noteProblem(problemAt('not_playlist', loaded.url, 'it now has variants'));
    }
  }

  /** Ends the observation of the playlist. */
  stop(): void {
    this.#watch.stop(this.#request.clock.now());
  }

  #noteProblem(problem: HlsProblem): void {
    this.#request.note({ type: 'problem', atMs: this.#request.clock.now(), problem });
    if (problem.code === 'other_host') throw new StreamLost(problem.code);
  }

  /** @returns true if the playlist changed */
  #take(loaded: LoadedMedia): boolean {
    const { note } = this.#request;
    const { playlist, requestedMs, receivedMs: atMs, bytes } = loaded;
    this.#noteLeftOut(playlist);
    const age = ageOf(loaded);
    const behindMs = this.#playback.behindMs(atMs);
    note({ type: 'playlist', atMs, tookMs: atMs - requestedMs, bytes, age, behindMs });
    const known = this.#known;
    const end = endOf(playlist);
    const { targetDurationMs, hasEnded } = playlist;
    const load = { requestedMs, receivedMs: atMs, targetDurationMs, hasEnded };
    if (known !== null && end < known.end && end > known.first) {
      const segmentsBehind = known.end - end;
      note({ type: 'older_playlist', atMs, mediaSequence: end - 1, segmentsBehind });
      return this.#watch.add({ ...load, end: known.end });
    }
    if (known !== null && end <= known.first) {
      note({ type: 'restarted', atMs, mediaSequence: end - 1 });
      this.#loader.restart(playlist);
    } else this.#loader.update(playlist);
    this.#known = { first: playlist.segments[0]?.mediaSequence ?? end, end };
    return this.#watch.add({ ...load, end }, writtenOf(loaded));
  }

  /** A playlist without segments has no numbers: those that are known stay. */
  #takeEmpty({ playlist, url, requestedMs, receivedMs }: LoadedMedia): boolean {
    if (!playlist.hasEnded) this.#noteProblem(problemAt('no_segments', url));
    this.#loader.update(playlist);
    const { targetDurationMs, hasEnded } = playlist;
    const end = this.#known?.end ?? 0;
    return this.#watch.add({ requestedMs, receivedMs, targetDurationMs, hasEnded, end });
  }

  #noteLeftOut({ leftOut }: MediaPlaylist): void {
    for (const what of leftOut) {
      if (!this.#leftOut.has(what)) this.#request.note({ type: 'left_out', what });
      this.#leftOut.add(what);
    }
  }
}

const isMedia = (loaded: LoadedPlaylist): loaded is LoadedMedia => loaded.playlist.type === 'media';

/** When the playlist was written, as its answer shows it; null: it does not. */
const writtenOf = ({ receivedMs, servedAfterMs }: LoadedMedia): Interval | null =>
  servedAfterMs === null
    ? null
    : {
        earliestMs: receivedMs - servedAfterMs - HTTP_DATE_MS,
        latestMs: Math.min(receivedMs, receivedMs - servedAfterMs + HTTP_DATE_MS),
      };

/**
 * Age of the newest segment: from its end by the encoder's clock, or else from when the playlist
 * was written, as a playlist is written when a segment is complete.
 */
const ageOf = ({ playlist, receivedMs, servedAfterMs }: LoadedMedia): LiveAge | null => {
  const newest = playlist.segments.at(-1);
  if (newest?.programDateMs !== undefined && newest.programDateMs !== null) {
    const ms = receivedMs - (newest.programDateMs + newest.durationMs);
    return { ms, uncertaintyMs: 0 };
  }
  return servedAfterMs === null ? null : { ms: servedAfterMs, uncertaintyMs: HTTP_DATE_MS };
};
