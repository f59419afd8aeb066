import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { TrackSource } from '@livekit-swarm/record';
import type { Kind } from '@livekit-swarm/scenario';
import { INTERRUPTION_MS } from '@livekit-swarm/webrtc';
import type { DownStream } from '../streams/stream-registry.ts';
import { publicationOf, videoSourceOf } from '../streams/video-source.ts';

/**
 * Time without packets after which a publication of a connected participant is reported as
 * interrupted, ms.
 */
export const LOST_AFTER_MS = 2_000;

/**
 * Time for which a publication must arrive on two streams before that is reported, ms: a publisher
 * that reconnects replaces its track, and both may arrive for a moment.
 */
const TWICE_AFTER_MS = 2_000;

/** Time after its last packet for which a stream counts as arriving, ms. */
const ARRIVING_MS = 1_000;

/** Change of a remote publication, over all its streams. Times are arrivals of packets, Unix ms. */
export interface MediaEvent {
  event: 'media_started' | 'media_interrupted' | 'media_resumed' | 'media_duplicated';
  at: number;
  /** Duration of the interruption, for `media_resumed`, ms. */
  durationMs?: number;
  publisher: string;
  kind: Kind;
  /** Source of a video. */
  source?: TrackSource;
  /**
   * Reason of `media_interrupted`, if the server reported one: the publisher left, or unpublished
   * the track.
   */
  reason?: 'publisher_left' | 'unpublished';
}

/** A participant's knowledge of the others in its room. */
export interface WatchedRoom {
  /** Tracks that are published now. */
  readonly tracks: Iterable<RemoteTrack>;
  /** Track by sid, also of participants that have left. */
  track(sid: string): RemoteTrack | undefined;
  /** Identities of connected participants. */
  readonly others: readonly string[];
}

/** Publication of another participant, with its state. */
interface Pair {
  publisher: string;
  kind: Kind;
  source: TrackSource | null;
  /** Time until which media was received or was not expected. */
  coveredUntil: number;
  /** Start of the reported interruption; null: none. */
  lostAt: number | null;
  /** Time since which it arrives on two streams; null: it does not. */
  twiceSince: number | null;
  /** True once that was reported. */
  isDuplicated: boolean;
}

/** Time in which packets of one stream arrived without an interruption. */
interface Stretch {
  from: number;
  to: number;
}

/**
 * Watch that reports for one participant when the media of each remote publication starts, is
 * interrupted, resumes, and arrives twice. Streams, sids and connections change (a reconnect of either side
 * replaces them all), but the publication stays: packets of all its streams are merged, and time
 * that no stream covers is an interruption.
 */
export class MediaWatch {
  readonly #room: WatchedRoom;
  readonly #isMediaExpected: (trackSid: string) => boolean;
  readonly #emit: (event: MediaEvent) => void;
  readonly #pairs = new Map<string, Pair>();
  /** Time up to which the packets of each stream are accounted for. */
  readonly #readUntil = new Map<DownStream, number>();

  /**
   * @param isMediaExpected checks whether media of a published track is expected now: subscribed,
   * visible, neither muted nor paused
   */
  constructor(
    room: WatchedRoom,
    isMediaExpected: (trackSid: string) => boolean,
    emit: (event: MediaEvent) => void,
  ) {
    this.#room = room;
    this.#isMediaExpected = isMediaExpected;
    this.#emit = emit;
  }

  /** Expect media of a track again: an interruption counts from now on. */
  silenceEnds(trackSid: string, now: number): void {
    const track = this.#room.track(trackSid);
    const pair = track === undefined ? undefined : this.#pairs.get(publicationOf(track));
    if (pair !== undefined) pair.coveredUntil = Math.max(pair.coveredUntil, now);
  }

  /**
   * Report changes since the last check; call right after the pump was read.
   * @param streams all streams of the session, ended ones included
   */
  check(streams: readonly DownStream[], now: number): void {
    for (const [key, stretches] of this.#arrivals(streams)) {
      for (const stretch of stretches.sort((a, b) => a.from - b.from)) this.#cover(key, stretch);
    }
    if (this.#pairs.size === 0) return;
    this.#checkDuplicates(streams, now);
    const published = this.#published();
    for (const [key, pair] of this.#pairs) {
      const meant = published.get(key);
      if (meant === false) pair.coveredUntil = Math.max(pair.coveredUntil, now);
      else if (pair.lostAt === null && now - pair.coveredUntil >= LOST_AFTER_MS)
        this.#lose(pair, meant === undefined);
    }
  }

  /** Intervals with packets since the last check, by publication. */
  #arrivals(streams: readonly DownStream[]): Map<string, Stretch[]> {
    const arrivals = new Map<string, Stretch[]>();
    for (const stream of streams) {
      const { stats, interruptions = [] } = stream;
      const track = this.#room.track(stream.trackSid);
      // Skip streams without packets, and tracks whose publisher the server has not announced yet.
      if (stats === null || track === undefined || Number.isNaN(stats.lastPacketAt)) continue;
      const until = this.#readUntil.get(stream);
      let from = until ?? stats.firstPacketAt;
      const stretches: Stretch[] = [];
      for (const gap of interruptions.splice(0)) {
        stretches.push({ from, to: Math.max(from, gap.from) });
        from = gap.to;
      }
      stretches.push({ from, to: stats.lastPacketAt });
      if (stats.lastPacketAt === until) continue;
      this.#readUntil.set(stream, stats.lastPacketAt);
      const key = publicationOf(track);
      arrivals.set(key, [...(arrivals.get(key) ?? []), ...stretches]);
      if (!this.#pairs.has(key)) this.#begin(key, track, stretches);
    }
    return arrivals;
  }

  /** Report publications that have arrived on two streams for some time, each once. */
  #checkDuplicates(streams: readonly DownStream[], now: number): void {
    const counts = new Map<string, number>();
    for (const { stats, ended, trackSid } of streams) {
      const track = this.#room.track(trackSid);
      if (ended || stats === null || track === undefined) continue;
      // Not a number without packets: such a stream does not arrive.
      if (!(now - stats.lastPacketAt < ARRIVING_MS)) continue;
      const key = publicationOf(track);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, pair] of this.#pairs) {
      if ((counts.get(key) ?? 0) < 2) pair.twiceSince = null;
      else pair.twiceSince ??= now;
      if (pair.twiceSince === null || now - pair.twiceSince < TWICE_AFTER_MS) continue;
      if (!pair.isDuplicated)
        this.#emit({ event: 'media_duplicated', at: pair.twiceSince, ...nameOf(pair) });
      pair.isDuplicated = true;
    }
  }

  #begin(key: string, track: RemoteTrack, [first]: Stretch[]): void {
    if (first === undefined) return;
    const { identity, kind } = track;
    const source = kind === 'video' ? videoSourceOf(track) : null;
    const pair: Pair = {
      publisher: identity,
      kind,
      source,
      coveredUntil: first.from,
      lostAt: null,
      twiceSince: null,
      isDuplicated: false,
    };
    this.#pairs.set(key, pair);
    this.#emit({ event: 'media_started', at: first.from, ...nameOf(pair) });
  }

  #cover(key: string, { from, to }: Stretch): void {
    const pair = this.#pairs.get(key);
    if (pair === undefined || to < pair.coveredUntil) return;
    const at = Math.max(from, pair.coveredUntil);
    const silentSince = pair.lostAt ?? pair.coveredUntil;
    // An interval that continues the last one without a new packet resumes nothing.
    if (to > pair.coveredUntil && (pair.lostAt !== null || at - silentSince > INTERRUPTION_MS)) {
      this.#emit({ event: 'media_resumed', at, durationMs: at - silentSince, ...nameOf(pair) });
      pair.lostAt = null;
    }
    pair.coveredUntil = to;
  }

  #lose(pair: Pair, gone: boolean): void {
    pair.lostAt = pair.coveredUntil;
    const reason = !gone
      ? null
      : this.#room.others.includes(pair.publisher)
        ? 'unpublished'
        : 'publisher_left';
    this.#emit({
      event: 'media_interrupted',
      at: pair.coveredUntil,
      ...nameOf(pair),
      ...(reason !== null && { reason }),
    });
  }

  /** Current publications; true if media of any of their tracks is expected. */
  #published(): Map<string, boolean> {
    const published = new Map<string, boolean>();
    for (const track of this.#room.tracks) {
      const key = publicationOf(track);
      published.set(key, (published.get(key) ?? false) || this.#isMediaExpected(track.sid));
    }
    return published;
  }
}

const nameOf = ({
  publisher,
  kind,
  source,
}: Pair): Pick<MediaEvent, 'publisher' | 'kind' | 'source'> => ({
  publisher,
  kind,
  ...(source !== null && { source }),
});
