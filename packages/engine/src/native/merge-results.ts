import type { TrackResult } from '@livekit-swarm/record';

const SUMMED = [
  'packets',
  'bytes',
  'lostBeforeRecovery',
  'lost',
  'recovered',
  'duplicates',
  'outOfOrder',
  'nacks',
  'plis',
  'rtxPackets',
  'interruptions',
  'interruptionMs',
  'layerSwitches',
] as const;

/** Results of streams in the order in which they lived: counts add up, the worst of each stays, what is a state is the last one's. */
export const mergeAll = (results: TrackResult[]): TrackResult => results.reduce(merge);

const merge = (before: TrackResult, after: TrackResult): TrackResult => {
  const merged = { ...after };
  for (const field of SUMMED) merged[field] = before[field] + after[field];
  // Percentiles do not add up; the longer of the two tells more.
  const typical = before.packets > after.packets ? before : after;
  merged.latencyP50Ms = typical.latencyP50Ms ?? before.latencyP50Ms ?? after.latencyP50Ms;
  merged.latencyP95Ms = typical.latencyP95Ms ?? before.latencyP95Ms ?? after.latencyP95Ms;
  merged.latencyMaxMs = largest(before.latencyMaxMs, after.latencyMaxMs);
  merged.jitterMs = largest(before.jitterMs, after.jitterMs);
  merged.rttMs = after.rttMs ?? before.rttMs;
  merged.longestInterruptionMs = Math.max(
    before.longestInterruptionMs,
    after.longestInterruptionMs,
  );
  merged.activeAtEnd = before.activeAtEnd || after.activeAtEnd;
  return merged;
};

const largest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** A track on which nothing happened. */
export const emptyResult = (direction: 'up' | 'down'): TrackResult => ({
  direction,
  kind: 'data',
  codec: 'data',
  packets: 0,
  bytes: 0,
  lostBeforeRecovery: 0,
  lost: 0,
  recovered: 0,
  duplicates: 0,
  outOfOrder: 0,
  nacks: 0,
  plis: 0,
  rtxPackets: 0,
  jitterMs: null,
  rttMs: null,
  latencyP50Ms: null,
  latencyP95Ms: null,
  latencyMaxMs: null,
  interruptions: 0,
  interruptionMs: 0,
  longestInterruptionMs: 0,
  layerSwitches: 0,
  width: 0,
  height: 0,
  activeAtEnd: false,
});
