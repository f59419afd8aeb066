import type { ByteRange } from '../http/fetcher.ts';

/** A variant of a multivariant playlist. */
export interface Variant {
  url: URL;
  /** Peak rate as the playlist states it, bit/s. */
  bandwidth: number;
}

/** Parts of a stream that listeners do not follow. */
export type LeftOut = 'low_latency_parts' | 'renditions' | 'protected_keys';

/** Multivariant playlist (RFC 8216: master playlist). */
export interface MultivariantPlaylist {
  type: 'multivariant';
  variants: readonly Variant[];
  leftOut: readonly LeftOut[];
}

export interface Segment {
  url: URL;
  mediaSequence: number;
  durationMs: number;
  /** Start of the segment by the encoder's clock, ms since 1970; null: the playlist has no dates. */
  programDateMs: number | null;
  /** True if the segment does not continue the one before (EXT-X-DISCONTINUITY). */
  discontinuity: boolean;
  /** True if the playlist itself states that the segment is missing (EXT-X-GAP). */
  isAbsent: boolean;
  range: ByteRange | null;
  /** Initialisation section (EXT-X-MAP). */
  map: { url: URL; range: ByteRange | null } | null;
  /** Key of an encrypted segment; null: none, or one that only a DRM system can read. */
  keyUrl: URL | null;
}

export interface MediaPlaylist {
  type: 'media';
  targetDurationMs: number;
  segments: readonly Segment[];
  /** True after the last segment of the stream (EXT-X-ENDLIST). */
  hasEnded: boolean;
  /** Where to start, ms, from the beginning if positive (EXT-X-START); null: not given. */
  startOffsetMs: number | null;
  leftOut: readonly LeftOut[];
}

export type Playlist = MultivariantPlaylist | MediaPlaylist;

/** Media sequence number after the last segment of a playlist. */
export const endOf = ({ segments }: MediaPlaylist): number => {
  const last = segments.at(-1);
  return last === undefined ? 0 : last.mediaSequence + 1;
};
