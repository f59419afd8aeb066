import type { LeftOut } from '../playlist/playlist.ts';
import type { HlsProblem } from '../problem.ts';
import type { Interval } from './interval.ts';

/**
 * Reasons for which a listener does not play a segment: the playlist states that it is missing
 * (EXT-X-GAP), it was not loaded, it left the playlist before it was loaded, or the playlist
 * continued with a later number.
 */
export const SKIP_REASONS = ['absent', 'not_loaded', 'expired', 'sequence'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Age of the newest segment of a playlist. */
export interface LiveAge {
  ms: number;
  /** Largest error, ms: dates of HTTP have a resolution of a second. */
  uncertaintyMs: number;
}

/** End of a listener. `failed`: it could not begin, or the stream left the allowed hosts. */
export type ListenerEnd = 'time_over' | 'stream_ended' | 'failed';

/** Observations of a listener. Times are ms since 1970. */
export type ListenerFact =
  | {
      type: 'playlist';
      atMs: number;
      tookMs: number;
      bytes: number;
      /** Null: neither the playlist nor the segment has a date. */
      age: LiveAge | null;
      /** Time by which the listener plays behind the encoder's clock, ms; null: not known. */
      behindMs: number | null;
    }
  | { type: 'segment'; mediaSequence: number; tookMs: number; bytes: number; durationMs: number }
  /** The first segment is there: the listener plays. */
  | { type: 'started'; atMs: number; startupMs: number }
  /** Nothing was left to play. `isOver` is false for a stall in which the listener ended. */
  | { type: 'stalled'; fromMs: number; toMs: number; isOver: boolean }
  /** Media that is missing. `atMs`: when the listener would have begun to play it. */
  | {
      type: 'skipped';
      atMs: number;
      mediaSequence: number;
      segments: number;
      durationMs: number;
      reason: SkipReason;
    }
  | { type: 'discontinuity'; atMs: number; mediaSequence: number }
  /** An older version of the playlist than before was served, as by a cache. */
  | { type: 'older_playlist'; atMs: number; mediaSequence: number; segmentsBehind: number }
  /** The numbers of the segments began again, as when an encoder restarts. */
  | { type: 'restarted'; atMs: number; mediaSequence: number }
  /**
   * The playlist had no new segment for too long. `to` is null where it had none until the listener
   * ended.
   */
  | {
      type: 'stale';
      /** Newest segment of the playlist. */
      mediaSequence: number;
      from: Interval;
      to: Interval | null;
      /** Last load, ms since 1970. */
      untilMs: number;
    }
  /** The listener had no new segment, and ended before it could know whether that is stale. */
  | { type: 'stale_unknown'; targetDurationMs: number }
  | { type: 'problem'; atMs: number; problem: HlsProblem }
  | { type: 'left_out'; what: LeftOut }
  | { type: 'ended'; atMs: number; end: ListenerEnd };

export type NoteFact = (fact: ListenerFact) => void;
