import type { SkipReason } from '../listener/fact.ts';
import type { Interval } from '../listener/interval.ts';
import type { LeftOut } from '../playlist/playlist.ts';
import type { HlsProblem } from '../problem.ts';

/**
 * A defect that listeners found, merged over all of them. Times are ms since 1970; `listeners` is
 * the number of those that found it.
 */
export type Finding =
  | {
      code: 'stalled';
      listeners: number;
      /** Begin of the first stall and end of the last one. */
      fromMs: number;
      toMs: number;
      longestMs: number;
      /** False if some listener ended in its stall. */
      isOver: boolean;
    }
  | {
      code: 'skipped';
      listeners: number;
      mediaSequence: number;
      segments: number;
      durationMs: number;
      reason: SkipReason;
      /** Time at which the first listener would have begun to play it. */
      atMs: number;
    }
  | {
      code: 'stale';
      listeners: number;
      /** Newest segment of the playlist. */
      mediaSequence: number;
      /** The last change before, narrowed by all listeners. */
      from: Interval;
      /** The change that ended it; null: it was stale until the last listener ended. */
      to: Interval | null;
      untilMs: number;
    }
  | {
      code: 'older_playlist';
      listeners: number;
      times: number;
      segmentsBehind: number;
      firstMs: number;
      lastMs: number;
    }
  | { code: 'restarted'; listeners: number; mediaSequence: number; firstMs: number }
  | {
      code: 'problem';
      listeners: number;
      times: number;
      problem: HlsProblem;
      firstMs: number;
      lastMs: number;
    };

/** Facts about a stream that are not defects. */
export interface StreamNotes {
  discontinuities: number;
  leftOut: readonly LeftOut[];
}
