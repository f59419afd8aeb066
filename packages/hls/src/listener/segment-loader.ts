import { load } from '../http/load.ts';
import { startOf } from '../playlist/live-edge.ts';
import { endOf, type MediaPlaylist, type Segment } from '../playlist/playlist.ts';
import type { HlsProblem } from '../problem.ts';
import type { SkipReason } from './fact.ts';
import type { ListenerRequest } from './listener-request.ts';
import type { Playback } from './playback.ts';
import { sleep } from './sleep.ts';

/** Loads of a segment before it is skipped; half a target duration passes between them. */
const ATTEMPTS = 3;

/** Thrown when the stream cannot be followed any further; the problem is noted. */
export class StreamLost extends Error {
  override readonly name = 'StreamLost';
}

/** Loads the segments of a listener one after the other, and hands them to its playback. */
export class SegmentLoader {
  readonly #request: ListenerRequest;
  readonly #playback: Playback;
  readonly #queue: Segment[] = [];
  /** Initialisation sections and keys that were loaded, by address and range. */
  readonly #loaded = new Set<string>();
  /** Media sequence number of the next segment to queue. */
  #next: number | null = null;
  #first = 0;
  #retryMs = 0;
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(request: ListenerRequest, playback: Playback) {
    this.#request = request;
    this.#playback = playback;
  }

  /** Queues the segments of a playlist that were not queued yet. */
  update(playlist: MediaPlaylist): void {
    const { segments, targetDurationMs } = playlist;
    const first = segments[0]?.mediaSequence ?? this.#first;
    this.#retryMs = targetDurationMs / 2;
    this.#hasEnded = playlist.hasEnded;
    this.#first = first;
    const next = this.#next ?? startOf(playlist);
    if (first > next) this.#skip(next, first - next, (first - next) * targetDurationMs, 'sequence');
    const from = Math.max(next, first);
    this.#queue.push(...segments.filter(({ mediaSequence }) => mediaSequence >= from));
    this.#next = Math.max(from, endOf(playlist));
    this.#wake();
  }

  /** Begins again at the live edge: the numbers of the segments began again. */
  restart(playlist: MediaPlaylist): void {
    this.#queue.length = 0;
    this.#next = null;
    this.update(playlist);
  }

  /**
   * Loads segments until the stream has ended.
   * @throws StreamLost; the reason of the signal when it is aborted
   */
  async run(): Promise<void> {
    const { signal } = this.#request;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      for (;;) {
        signal.throwIfAborted();
        const segment = this.#queue.shift();
        if (segment !== undefined) await this.#play(segment);
        else if (this.#hasEnded) return;
        else await this.#more();
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #play(segment: Segment): Promise<void> {
    const { note, clock } = this.#request;
    const { mediaSequence, durationMs } = segment;
    if (segment.discontinuity)
      note({
        type: 'discontinuity',
        atMs: this.#playback.playsAtMs(clock.now()),
        mediaSequence,
      });
    const reason = await this.#load(segment);
    if (reason === null) this.#playback.append(segment, clock.now());
    else this.#skip(mediaSequence, 1, durationMs, reason);
  }

  /** @returns why it was not loaded; null: it was */
  async #load(segment: Segment): Promise<SkipReason | null> {
    if (segment.isAbsent) return 'absent';
    const { clock, signal } = this.#request;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (segment.mediaSequence < this.#first) return 'expired';
      if ((await this.#loadParts(segment)) === 'loaded') return null;
      if (attempt < ATTEMPTS) await sleep(clock, this.#retryMs, signal);
    }
    return 'not_loaded';
  }

  async #loadParts(segment: Segment): Promise<'loaded' | 'failed'> {
    const { fetcher, mayLoad, clock, signal, note } = this.#request;
    const { map, keyUrl, url, range } = segment;
    for (const part of [map, keyUrl === null ? null : { url: keyUrl, range: null }]) {
      if (part === null) continue;
      const id = `${part.url.href} ${part.range?.offset ?? ''}`;
      if (this.#loaded.has(id)) continue;
      const answer = await load(fetcher, mayLoad, part.url, { asText: false, signal, ...part });
      if ('code' in answer) return this.#failed(answer);
      this.#loaded.add(id);
    }
    const requestedMs = clock.now();
    const loaded = await load(fetcher, mayLoad, url, { asText: false, range, signal });
    if ('code' in loaded) return this.#failed(loaded);
    const { mediaSequence, durationMs } = segment;
    const tookMs = clock.now() - requestedMs;
    note({ type: 'segment', mediaSequence, tookMs, bytes: loaded.answer.bytes, durationMs });
    return 'loaded';
  }

  #failed(problem: HlsProblem): 'failed' {
    const { note, clock } = this.#request;
    note({ type: 'problem', atMs: clock.now(), problem });
    if (problem.code === 'other_host') throw new StreamLost(problem.code);
    return 'failed';
  }

  #skip(mediaSequence: number, segments: number, durationMs: number, reason: SkipReason): void {
    const atMs = this.#playback.playsAtMs(this.#request.clock.now());
    this.#request.note({ type: 'skipped', atMs, mediaSequence, segments, durationMs, reason });
  }
}
