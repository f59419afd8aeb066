import { expect, test } from 'vitest';
import { ScriptedClock } from '../../test/support/scripted-clock.ts';
import { JOINS_AFTER } from '../../test/support/scripted-listener.ts';
import { LATENCY_MS, type Script, scriptedOrigin } from '../../test/support/scripted-origin.ts';
import { observeStream } from './observe-stream.ts';
import type { StreamObservation } from './stream-observation.ts';

const SECONDS = 20;

const observing = async (
  script: Partial<Script> = {},
  seconds = SECONDS,
): Promise<StreamObservation> => {
  const clock = new ScriptedClock(0);
  const fetcher = scriptedOrigin(clock, { targetSeconds: 2, ...script });
  await clock.run(JOINS_AFTER * 1_000);
  const observed = observeStream({
    ...{ url: new URL('http://origin.test/live.m3u8'), mostBitsPerSecond: null, clock },
    ...{ durationMs: seconds * 1_000, openFetcher: () => fetcher },
    mayLoad: ({ host }) => host === 'origin.test',
    signal: new AbortController().signal,
  });
  await clock.run((seconds + 1) * 1_000);
  return observed;
};

test('a healthy stream has figures, and no defect', async () => {
  expect(await observing()).toMatchObject({
    ...{ startupMs: 2 * LATENCY_MS, stalls: 0, stalledMs: 0, skippedSegments: 0, staleAt: null },
    ...{ failedRequests: 0, problem: null, end: 'time_over' },
    // A segment is finished at each even second; the playlist is loaded 300 ms later.
    age: { ms: 300 + LATENCY_MS, uncertaintyMs: 0 },
    // Segments 12, 13 and 14 are there at once, nine others follow within 20 s.
    ...{ segments: 12, bytes: 1_200_000, mediaMs: 24_000, loadMs: 12 * LATENCY_MS },
    ...{ longestPlaylistMs: LATENCY_MS, longestSegmentMs: LATENCY_MS },
  });
});

test('an encoder that stops is stale, ages, and becomes a stall that is not over', async () => {
  const seen = await observing({ encoderStops: [34.5, 100] });
  // Segment 16 is finished at 34 s. Six seconds of the first load and two segments play until then.
  expect(seen).toMatchObject({ staleAt: 16, stalls: 1, failedRequests: 0 });
  expect(seen.age?.ms).toBeGreaterThan(15_000);
  expect(seen.stalledMs).toBeCloseTo((SECONDS - 10) * 1_000 - 2 * LATENCY_MS, -1);
});

test('two target durations are too short to find a stale playlist, which is known then', async () => {
  const stopped = { encoderStops: [29, 100] as const };
  expect(await observing(stopped, 4)).toMatchObject({ staleAt: null, staleUnknownTargetMs: 2_000 });
  expect(await observing(stopped, 5)).toMatchObject({ staleAt: 13, staleUnknownTargetMs: null });
  expect(await observing({}, 4)).toMatchObject({ staleAt: null, staleUnknownTargetMs: null });
});

test('a missing segment is skipped, and its failed requests have a reason', async () => {
  expect(await observing({ missing: [18] })).toMatchObject({
    ...{ skippedSegments: 1, failedRequests: 3 },
    problem: { code: 'http_status', status: 404, url: 'http://origin.test/18.ts' },
  });
});

test('a stream that cannot be followed never starts', async () => {
  const seen = await observing({ replace: () => ({ text: '<html>' }) });
  expect(seen).toMatchObject({ startupMs: null, age: null, segments: 0, end: 'failed' });
  expect(seen.problem).toMatchObject({ code: 'not_playlist' });
});
