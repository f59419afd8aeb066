import { observeStream, openFetcher, type StreamObservation } from '@livekit-swarm/hls';
import { hostOf, systemClock } from '@livekit-swarm/livekit';
import type { FailedProbe } from '@livekit-swarm/probe';
import { hlsFailuresOf } from './hls-failures.ts';
import type { HlsModule } from './hls-module.ts';

/** Result of a probe that followed a stream. */
export interface HlsResult {
  success: boolean;
  /** Failures, the most basic one first; empty if and only if the probe succeeded. */
  failures: readonly FailedProbe[];
  module: HlsModule;
  stream: StreamObservation;
  /** Duration of the whole probe, ms. */
  tookMs: number;
}

/** Part of the time limit that is kept for closing connections, ms. */
const RESERVE_MS = 200;

/**
 * Follow the stream of a module as a player does. Failures of the stream are part of the result and
 * never thrown.
 * @param budgetMs time limit of the probe
 * @param signal aborted when the result is no longer needed
 */
export const probeHls = async (
  module: HlsModule,
  budgetMs: number,
  signal: AbortSignal,
): Promise<HlsResult> => {
  const { url, mostBitsPerSecond } = module;
  const hosts = new Set([hostOf(url.href), ...module.hosts]);
  const followedMs = Math.min(module.durationMs, Math.max(0, budgetMs - RESERVE_MS));
  const began = performance.now();
  const stream = await observeStream({
    ...{ url, mostBitsPerSecond, openFetcher, clock: systemClock, signal },
    mayLoad: (other) => hosts.has(hostOf(other.href)),
    durationMs: followedMs,
  });
  const failures = hlsFailuresOf(module, stream, followedMs);
  const tookMs = performance.now() - began;
  return { success: failures.length === 0, failures, module, stream, tookMs };
};
