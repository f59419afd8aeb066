import { commandThresholds, type SourcedThreshold } from '@livekit-swarm/analysis';

/** Thresholds of an audience without its own, with their reasons. */
export const DEFAULT_HLS_THRESHOLDS = [
  { text: 'hls_start_failures: rate<0.01', why: 'A listener without sound leaves.' },
  { text: 'hls_startup_time: p(95)<3000', why: 'Users leave when a start takes seconds.' },
  { text: 'hls_stalled: rate<0.005', why: 'More than 18 s of silence in an hour are noticed.' },
  { text: 'hls_skipped: rate==0', why: 'A missing segment is heard by the whole audience.' },
  {
    text: 'hls_stale: count==0',
    why: 'RFC 8216 requires a new version within 1.5 target durations.',
  },
  {
    text: 'hls_errors: rate<0.01',
    why: 'Players retry; an origin that fails more is about to break.',
  },
] as const;

/**
 * Thresholds that were given, and defaults on other metrics.
 * @throws SwarmError `invalid_threshold` for a metric that listeners do not have
 */
export const hlsThresholds = (given: readonly string[]): SourcedThreshold[] =>
  commandThresholds(given, {
    command: 'hls',
    defaults: DEFAULT_HLS_THRESHOLDS,
    notMeasured: (metric) => ({
      message: `listeners of HLS do not have ${metric}`,
      hint: 'docs/metrics.md lists theirs: they begin with hls_',
    }),
    noAbort: 'abortOnFail does not exist for listeners of HLS',
  });
