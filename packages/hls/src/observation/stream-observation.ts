import type { ListenerEnd, ListenerFact, LiveAge } from '../listener/fact.ts';
import type { HlsProblem } from '../problem.ts';

/** Observations of a live stream by one listener. */
export interface StreamObservation {
  /** Time from the first request until the first segment was loaded, ms; null: it never was. */
  startupMs: number | null;
  /** Greatest age of the newest segment, of all loads of the playlist; null: there are no dates. */
  age: LiveAge | null;
  stalls: number;
  stalledMs: number;
  skippedSegments: number;
  /**
   * Newest segment of a playlist that had no new one for more than 1.5 target durations; null: none
   * was stale.
   */
  staleAt: number | null;
  /**
   * Target duration of a playlist without a new segment, ms, where it is not known whether it was
   * stale; null: it is known.
   */
  staleUnknownTargetMs: number | null;
  /** Loaded segments: number, size, duration of their media, and the time that their loads took. */
  segments: number;
  bytes: number;
  mediaMs: number;
  loadMs: number;
  /** Longest load of a playlist, and of a segment, ms; null: none was loaded. */
  longestPlaylistMs: number | null;
  longestSegmentMs: number | null;
  failedRequests: number;
  /** The last problem; null: there was none. */
  problem: HlsProblem | null;
  /** Null: the listener has not ended yet. */
  end: ListenerEnd | null;
}

/** Observation of a listener that has not begun. */
export const nothingObserved = (): StreamObservation => ({
  ...{ startupMs: null, age: null, stalls: 0, stalledMs: 0, skippedSegments: 0 },
  ...{ staleAt: null, staleUnknownTargetMs: null },
  ...{ segments: 0, bytes: 0, mediaMs: 0, loadMs: 0 },
  ...{ longestPlaylistMs: null, longestSegmentMs: null },
  ...{ failedRequests: 0, problem: null, end: null },
});

/** Adds a fact to an observation. */
export const observe = (seen: StreamObservation, fact: ListenerFact): void => {
  switch (fact.type) {
    case 'playlist':
      seen.longestPlaylistMs = Math.max(seen.longestPlaylistMs ?? 0, fact.tookMs);
      if (fact.age !== null && (seen.age === null || fact.age.ms > seen.age.ms))
        seen.age = fact.age;
      return;
    case 'segment':
      seen.segments++;
      seen.bytes += fact.bytes;
      seen.mediaMs += fact.durationMs;
      seen.loadMs += fact.tookMs;
      seen.longestSegmentMs = Math.max(seen.longestSegmentMs ?? 0, fact.tookMs);
      return;
    case 'started':
      seen.startupMs = fact.startupMs;
      return;
    case 'stalled':
      seen.stalls++;
      seen.stalledMs += fact.toMs - fact.fromMs;
      return;
    case 'skipped':
      seen.skippedSegments += fact.segments;
      return;
    case 'stale':
      seen.staleAt = fact.mediaSequence;
      return;
    case 'stale_unknown':
      seen.staleUnknownTargetMs = fact.targetDurationMs;
      return;
    case 'problem':
      seen.failedRequests++;
      seen.problem = fact.problem;
      return;
    case 'ended':
      seen.end = fact.end;
      return;
    case 'discontinuity':
    case 'older_playlist':
    case 'restarted':
    case 'left_out':
      return;
  }
};
