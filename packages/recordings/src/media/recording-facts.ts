/** A part of a recording, ms from its beginning. */
export interface Span {
  fromMs: number;
  toMs: number;
}

export type TrackKind = 'audio' | 'video';

/** Contents of a track as the container describes them, without decoding. */
export interface TrackFacts {
  kind: TrackKind;
  /** Name that ffprobe has for it: opus, aac, h264, vp8. */
  codec: string;
  /** From the beginning of the recording, ms. */
  startMs: number;
  endMs: number;
  packets: number;
  /** Parts without a packet, longer than `SHORTEST_MISSING_MS`. */
  gaps: readonly Span[];
}

/** Delay of audio behind video at marks of both, ms; negative: audio is early. */
export interface AvOffset {
  /** Median of the first third of the marks. */
  firstMs: number;
  /** Median of the last third: differs from the first if the clocks drift. */
  lastMs: number;
  marks: number;
  /** Time between two marks: a larger offset than half of it looks like a smaller one. */
  periodMs: number;
}

/** Contents of a file, or of a playlist with its segments. */
export interface RecordingFacts {
  bytes: number;
  /** Duration as the container or playlist states it, ms; null: it does not. */
  statedMs: number | null;
  tracks: readonly TrackFacts[];
  /** Parts in which the picture is black, and in which there is no sound. */
  black: readonly Span[];
  silent: readonly Span[];
  /** null: the contents have no marks. */
  avOffset: AvOffset | null;
  /** Complaints of demultiplexer and decoders. */
  damage: { count: number; first: string } | null;
  segments: SegmentFacts | null;
}

/** Segments of a playlist. */
export interface SegmentFacts {
  listed: number;
  /** Names of listed segments that are not there or empty. */
  missing: readonly string[];
  /** True if the playlist has an end (EXT-X-ENDLIST). */
  hasEnded: boolean;
}

/** Duration of a recording: from its first packet to the end of its last, ms. */
export const durationOf = ({ tracks }: Pick<RecordingFacts, 'tracks'>): number =>
  Math.max(0, ...tracks.map(({ endMs }) => endMs)) -
  Math.min(...(tracks.length === 0 ? [0] : tracks.map(({ startMs }) => startMs)));
