import type { TrackKind } from '../media/recording-facts.ts';

/** Contents that a recording should have. */
export interface Expectation {
  /** Time for which the recorded tracks were published, ms; null: not known. */
  publishedMs: number | null;
  /** Kinds of tracks that it must have; null: not known. */
  kinds: readonly TrackKind[] | null;
  /** Codecs that tracks may have, as ffprobe names them; null: any. */
  codecs: readonly string[] | null;
}

/** Deviations that are allowed, ms. */
export interface Limits {
  /** Difference of durations. */
  duration: number;
  /** Time without a packet. */
  gap: number;
  /** Audio before or behind video. */
  avOffset: number;
  /** Black picture, and absence of sound. */
  black: number;
  silence: number;
}

export const DEFAULT_LIMITS: Limits = {
  duration: 1_000,
  gap: 500,
  avOffset: 100,
  black: 5_000,
  silence: 5_000,
};
