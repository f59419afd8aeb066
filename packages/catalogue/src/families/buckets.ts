/**
 * Bounds of histograms, s. Each limit in workloads.md (30 ms of jitter, 60–90 ms of latency) is a
 * bound.
 */

/**
 * Bounds for joins and reconnects, s: from a server on the same host to the timeout of an attempt
 * and its retries.
 */
export const JOIN_SECONDS = [
  0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60,
] as const;

/** Bounds for one-way latency and round-trip time, s. */
export const LATENCY_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5, 5,
] as const;

export const JITTER_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5,
] as const;

/** Bounds for calls of the server's API, s. */
export const API_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Bounds for sessions and rooms, s: from seconds to a day. */
export const STAY_SECONDS = [
  5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
] as const;

/** Bounds for the answers of voice agents, s: from a quick reply to the end of patience. */
export const ANSWER_SECONDS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30] as const;

/** Bounds for quality scores, 1 (bad) to 5 (excellent). */
export const SCORES = [1.5, 2, 2.5, 3, 3.5, 3.75, 4, 4.1, 4.2, 4.3, 4.4, 4.5, 5] as const;
