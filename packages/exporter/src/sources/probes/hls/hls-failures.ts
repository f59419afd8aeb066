import { type HlsProblem, problemText, type StreamObservation } from '@livekit-swarm/hls';
import type { FailedProbe } from '@livekit-swarm/probe';
import { plural } from '@livekit-swarm/settings';
import { DURATION_SPAN } from '../module-section.ts';
import type { HlsModule } from './hls-module.ts';

/**
 * Target durations that suffice to find a stale playlist: without its date, the load after two of
 * them shows it for certain, and needs time for its answer.
 */
const ENOUGH_TARGETS = 2.5;

/**
 * Reasons for which a probe of a stream failed, the most basic one first; empty if it succeeded.
 * @param followedMs time for which the stream was followed
 */
export const hlsFailuresOf = (
  { limits, durationMs }: Pick<HlsModule, 'limits' | 'durationMs'>,
  seen: StreamObservation,
  followedMs: number,
): FailedProbe[] => {
  const late: FailedProbe[] =
    followedMs < durationMs
      ? [{ reason: 'timeout', message: timeoutMessage(followedMs, durationMs) }]
      : [];
  // Without a socket of this host, nothing about the stream is known.
  if (seen.problem?.code === 'no_socket')
    return [{ reason: 'internal', message: problemText(seen.problem) }];
  const { startupMs, problem, end } = seen;
  if (startupMs === null || end === 'failed')
    return [
      {
        reason: 'stream_unavailable',
        message:
          problem === null
            ? `no segment was loaded within ${Math.round(followedMs)} ms`
            : problemText(problem),
      },
      ...late,
    ];
  return [
    ...(late.length === 0 ? unknownStaleness(seen, followedMs) : []),
    ...defectsOf(seen),
    ...slowness(limits, startupMs, seen),
    ...late,
  ];
};

const timeoutMessage = (followedMs: number, durationMs: number): string =>
  `time was up after ${Math.round(followedMs)} of ${durationMs} ms; give the scrape more time, or the module a shorter duration`;

const unknownStaleness = (
  { staleUnknownTargetMs: target, problem }: StreamObservation,
  followedMs: number,
): FailedProbe[] => {
  if (target === null) return [];
  const message = `${followedMs} ms did not show whether the playlist is stale, whose target duration is ${target} ms`;
  const enoughMs = Math.min(ENOUGH_TARGETS * target, DURATION_SPAN.max);
  if (followedMs >= enoughMs)
    return [{ reason: 'stream_unavailable', message: `${message}${because(problem)}` }];
  const duration = `${Math.ceil(enoughMs / 1_000)}s`;
  return [
    {
      reason: 'timeout',
      message: `${message}; give the module a longer duration: ${duration}`,
    },
  ];
};

const because = (problem: HlsProblem | null): string =>
  problem === null ? '' : `; last problem: ${problemText(problem)}`;

const defectsOf = (seen: StreamObservation): FailedProbe[] => {
  const { staleAt, stalls, stalledMs, skippedSegments, problem } = seen;
  const failures: FailedProbe[] = [];
  if (staleAt !== null)
    failures.push({
      reason: 'stream_stale',
      message: `the playlist stayed at segment ${staleAt} for more than 1.5 target durations${because(problem)}`,
    });
  if (skippedSegments > 0)
    failures.push({
      reason: 'stream_gap',
      message: `${plural(skippedSegments, 'segment')} could not be played${because(problem)}`,
    });
  if (stalls > 0)
    failures.push({
      reason: 'stream_stalled',
      message: `nothing was left to play for ${Math.round(stalledMs)} ms${because(problem)}`,
    });
  return failures;
};

const slowness = (
  { startMs, ageMs }: HlsModule['limits'],
  startupMs: number,
  { age }: StreamObservation,
): FailedProbe[] => {
  const failures: FailedProbe[] = [];
  if (startupMs > startMs)
    failures.push({
      reason: 'stream_late',
      message: `the first segment was loaded after ${Math.round(startupMs)} ms, more than ${startMs}`,
    });
  // Dates of HTTP are rounded to a second: only what is certain counts.
  if (age !== null && ageMs !== null && age.ms - age.uncertaintyMs > ageMs)
    failures.push({
      reason: 'stream_late',
      message: `the newest segment was ${Math.round(age.ms)} ms old, more than ${ageMs}`,
    });
  return failures;
};
