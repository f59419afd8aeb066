import { expect, test } from 'vitest';
import { healthyStream, hlsModule } from '../../../../test/support/hls-results.ts';
import { hlsFailuresOf } from './hls-failures.ts';

const WHOLE_MS = 10_000;
const url = 'https://cdn.example.com/7.ts';
const http404 = { code: 'http_status', url, status: 404, detail: null } as const;

const failuresOf = (
  seen: Parameters<typeof healthyStream>[0],
  limits: Parameters<typeof hlsModule>[0] = {},
  followedMs = WHOLE_MS,
): string[] =>
  hlsFailuresOf(hlsModule(limits), healthyStream(seen), followedMs).map(
    ({ reason, message }) => `${reason}: ${message}`,
  );

test('a healthy stream has no failure, nor has a request that another attempt answered', () => {
  expect(failuresOf({})).toEqual([]);
  expect(failuresOf({ failedRequests: 1, problem: http404 })).toEqual([]);
});

test('a stream that never played is unavailable, with the problem or the time', () => {
  const nothing = { startupMs: null, segments: 0 };
  expect(failuresOf({ ...nothing, problem: http404, end: 'failed' })).toEqual([
    `stream_unavailable: ${url}: HTTP 404`,
  ]);
  expect(failuresOf(nothing)).toEqual([
    'stream_unavailable: no segment was loaded within 10000 ms',
  ]);
});

test('a stream that leads to another host is unavailable, although it began to play', () => {
  const problem = { code: 'other_host', url, status: null, detail: 'else.example.com' } as const;
  expect(failuresOf({ problem, end: 'failed' })).toEqual([
    `stream_unavailable: ${url}: leads to another host, else.example.com, which may not be loaded`,
  ]);
});

test('defects are named from the most basic one on, with the last problem', () => {
  const defects = { staleAt: 9, skippedSegments: 1, stalls: 1, stalledMs: 1_234.5 };
  expect(failuresOf({ ...defects, problem: http404 })).toEqual(
    [
      'stream_stale: the playlist stayed at segment 9 for more than 1.5 target durations',
      'stream_gap: 1 segment could not be played',
      'stream_stalled: nothing was left to play for 1235 ms',
    ].map((text) => `${text}; last problem: ${url}: HTTP 404`),
  );
});

test('limits are exceeded by what is certain', () => {
  expect(failuresOf({ startupMs: 3_001 })).toEqual([
    'stream_late: the first segment was loaded after 3001 ms, more than 3000',
  ]);
  const age = { ms: 6_500, uncertaintyMs: 1_000 };
  expect(failuresOf({ age }, { ageMs: 6_000 })).toEqual([]);
  expect(failuresOf({ age }, { ageMs: 5_000 })).toEqual([
    'stream_late: the newest segment was 6500 ms old, more than 5000',
  ]);
  expect(failuresOf({ age: null }, { ageMs: 5_000 })).toEqual([]);
});

test('a probe that does not know whether the playlist is stale fails', () => {
  expect(failuresOf({ staleUnknownTargetMs: 6_000 })).toEqual([
    'timeout: 10000 ms did not show whether the playlist is stale, whose target duration is 6000 ms; give the module a longer duration: 15s',
  ]);
  // It had the time, and no answer.
  expect(failuresOf({ staleUnknownTargetMs: 4_000, problem: http404 })).toEqual([
    `stream_unavailable: 10000 ms did not show whether the playlist is stale, whose target duration is 4000 ms; last problem: ${url}: HTTP 404`,
  ]);
  // The scrape, and not the duration, was too short.
  expect(failuresOf({ staleUnknownTargetMs: 4_000 }, {}, 5_000)).toEqual([
    expect.stringMatching(/^timeout: time was up after 5000 of 10000 ms/),
  ]);
  expect(failuresOf({ staleUnknownTargetMs: 40_000 })).toEqual([
    expect.stringMatching(/longer duration: 60s$/),
  ]);
});

test('a probe without time, or without a socket of this host, does not blame the stream', () => {
  expect(failuresOf({}, {}, 7_000)).toEqual([
    'timeout: time was up after 7000 of 10000 ms; give the scrape more time, or the module a shorter duration',
  ]);
  const problem = { code: 'no_socket', url, status: null, detail: 'EMFILE' } as const;
  expect(failuresOf({ startupMs: null, problem, end: 'failed' })).toEqual([
    `internal: ${url}: this host had no socket left (EMFILE)`,
  ]);
});
