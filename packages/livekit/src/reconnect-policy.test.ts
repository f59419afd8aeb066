import { expect, test } from 'vitest';
import { joinBackoffMs, sdkReconnectPolicy } from './reconnect-policy.ts';

const delays = (random: () => number, attemptMs: number) => {
  const policy = sdkReconnectPolicy(random);
  const waited: number[] = [];
  let elapsed = 0;
  for (;;) {
    const delay = policy.delayMs(waited.length, elapsed);
    if (delay === null) return waited;
    waited.push(delay);
    elapsed += delay + attemptMs;
  }
};

test('ten attempts at most, the first at once', () => {
  expect(delays(() => 0, 0)).toEqual([
    0, 150, 600, 1_350, 2_400, 3_500, 3_500, 3_500, 3_500, 3_500,
  ]);
});

test('ends within forty seconds, even with slow attempts', () => {
  const waited = delays(() => 0.5, 5_000);
  expect(waited.length).toBeLessThan(10);
  expect(waited.reduce((sum, delay) => sum + delay + 5_000, 0)).toBeLessThanOrEqual(45_000);
});

test('clients that lose their connection together do not reconnect together', () => {
  const policy = sdkReconnectPolicy();
  const first = new Set(Array.from({ length: 50 }, () => policy.delayMs(0, 0)));
  expect(first.size).toBeGreaterThan(10);
});

test('joining backs off up to eight seconds', () => {
  expect([0, 1, 2, 3, 4, 9].map((attempt) => joinBackoffMs(attempt, () => 0.5))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 8_000,
  ]);
});
