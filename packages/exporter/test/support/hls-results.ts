import type { StreamObservation } from '@livekit-swarm/hls';
import type { HlsModule } from '../../src/sources/probes/hls/hls-module.ts';
import type { HlsResult } from '../../src/sources/probes/hls/probe-hls.ts';

export const hlsModule = (given: Partial<HlsModule['limits']> = {}): HlsModule => ({
  ...{ name: 'radio', kind: 'hls', url: new URL('https://cdn.example.com/live.m3u8'), hosts: [] },
  ...{ mostBitsPerSecond: null, durationMs: 10_000 },
  limits: { startMs: 3_000, ageMs: null, ...given },
});

/** Observation of a healthy stream of 64 kbit/s, with the given differences. */
export const healthyStream = (given: Partial<StreamObservation> = {}): StreamObservation => ({
  ...{ startupMs: 200, age: { ms: 2_500, uncertaintyMs: 0 }, stalls: 0, stalledMs: 0 },
  ...{
    skippedSegments: 0,
    staleAt: null,
    staleUnknownTargetMs: null,
    failedRequests: 0,
    problem: null,
    end: 'time_over',
  },
  ...{ segments: 8, bytes: 128_000, mediaMs: 16_000, loadMs: 400 },
  ...{ longestPlaylistMs: 20, longestSegmentMs: 80 },
  ...given,
});

/** Result of a probe that succeeded, with the given differences. */
export const hlsSuccess = (
  given: Partial<HlsResult> = {},
  stream: Partial<StreamObservation> = {},
): HlsResult => ({
  ...{ success: true, failures: [], module: hlsModule(), tookMs: 10_000 },
  stream: healthyStream(stream),
  ...given,
});
