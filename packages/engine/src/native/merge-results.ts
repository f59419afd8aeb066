import { TRACK_COUNTERS, type TrackResult } from '@livekit-swarm/record';

/** Results of successive streams of one track: counters add up, the worst of each measurement stays, state is that of the last stream. */
export const mergeAll = (results: TrackResult[]): TrackResult => results.reduce(merge);

const merge = (before: TrackResult, after: TrackResult): TrackResult => {
  const merged = { ...after };
  for (const [counter, aggregation] of TRACK_COUNTERS) {
    if (aggregation === 'sum') merged[counter] = before[counter] + after[counter];
    if (aggregation === 'max') merged[counter] = Math.max(before[counter], after[counter]);
  }
  // Percentiles do not add up: those of the stream with more packets are kept.
  const typical = before.packets > after.packets ? before : after;
  merged.latencyP50Ms = typical.latencyP50Ms ?? before.latencyP50Ms ?? after.latencyP50Ms;
  merged.latencyP95Ms = typical.latencyP95Ms ?? before.latencyP95Ms ?? after.latencyP95Ms;
  merged.latencyMaxMs = largest(before.latencyMaxMs, after.latencyMaxMs);
  merged.jitterMs = largest(before.jitterMs, after.jitterMs);
  merged.rttMs = after.rttMs ?? before.rttMs;
  merged.activeAtEnd = before.activeAtEnd || after.activeAtEnd;
  return merged;
};

const largest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
