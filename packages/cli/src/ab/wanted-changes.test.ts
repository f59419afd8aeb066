import { expect, test } from 'vitest';
import { parseTolerance } from '../compare/parse-tolerance.ts';
import { describeWantedChange, readWantedChanges } from './wanted-changes.ts';

const read = (detect: string[], tolerance: string[] = []) =>
  readWantedChanges(detect, parseTolerance(tolerance));

test('a wanted difference sets the tolerance of its metric alone', () => {
  const { wanted, tolerance } = read(['media_latency=5%', 'server_cpu=10 %'], ['20%']);
  expect(wanted).toEqual([
    { metric: 'media_latency', share: 0.05 },
    { metric: 'server_cpu', share: 0.1 },
  ]);
  expect(tolerance.relative).toBe(0.2);
  expect(tolerance.metrics.media_latency?.relative).toBeCloseTo(0.01, 12);
  expect(tolerance.metrics.server_cpu?.relative).toBeCloseTo(0.02, 12);
  expect(Object.keys(tolerance.metrics)).toHaveLength(2);
});

test('nothing changes without one', () => {
  expect(read([], ['jitter=1ms'])).toEqual({
    wanted: [],
    tolerance: parseTolerance(['jitter=1ms']),
  });
});

test('the number of rounds is stated before there are any', () => {
  expect(describeWantedChange({ metric: 'media_latency', share: 0.05 })).toMatch(
    /^a difference of 5 % in media_latency: .*: 6 rounds up to [\d.]+ %, .*, 24 rounds up to [\d.]+ %$/,
  );
});

test.each([
  [['5%'], [], 'no difference is named', 'media_latency=5%'],
  [['media_latency'], [], 'no difference is named', 'media_latency=5%'],
  [['media_latncy=5%'], [], 'unknown metric "media_latncy"', 'did you mean media_latency?'],
  [['media_latency=5ms'], [], '"5ms" is not a share', 'media_latency=5%'],
  [['media_latency=0.5%'], [], 'must be from 1 % to 100 %', 'without --detect'],
  [['media_latency=200%'], [], 'must be from 1 % to 100 %', 'without --detect'],
  [['server_rooms=5%'], [], 'neither more nor less of server_rooms', 'another metric'],
  [['jitter=5%', 'jitter=6%'], [], 'jitter is given twice', 'leave one'],
  [['jitter=5%'], ['jitter=1ms'], '--tolerance jitter=… is given as well', 'leave one'],
])('refuses %j with tolerances %j', (detect, tolerance, message, hint) => {
  expect(() => read(detect, tolerance)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});
