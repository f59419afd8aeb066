import { expect, it } from 'vitest';
import { followClock } from './follow-clock.ts';

const reading = (offsetMs: number, uncertaintyMs = 0.2) => ({
  offsetMs,
  uncertaintyMs,
  aheadMs: 0,
});

it('follows a clock that runs at another rate', () => {
  const follow = followClock(reading(1_000), 0);
  // 50 parts per million for ten minutes.
  const states = Array.from({ length: 60 }, (_, index) =>
    follow(reading(1_000 + (index + 1) * 0.5), (index + 1) * 10_000),
  );
  expect(states.at(-1)?.correctionMs).toBeCloseTo(30, 0);
  for (const [index, { correctionMs, uncertaintyMs, stepMs }] of states.entries()) {
    expect(Math.abs(correctionMs - (index + 1) * 0.5)).toBeLessThanOrEqual(uncertaintyMs);
    expect(uncertaintyMs).toBeLessThan(1);
    expect(stepMs).toBeNull();
  }
});

it('ignores a reading over a slow connection', () => {
  const follow = followClock(reading(1_000), 0);
  const { correctionMs, uncertaintyMs } = follow(reading(1_030, 40), 10_000);
  expect(Math.abs(correctionMs)).toBeLessThanOrEqual(uncertaintyMs);
  expect(uncertaintyMs).toBeLessThan(6);
});

it('reduces the uncertainty with every reading', () => {
  const follow = followClock(reading(1_000, 3), 0);
  follow(reading(1_002, 3), 100);
  follow(reading(998.5, 3), 200);
  expect(follow(reading(1_000, 3), 300).uncertaintyMs).toBeLessThan(1.5);
});

it.each([30_000, -250])(
  'reports a clock that was set by %d ms, and does not correct it',
  (step) => {
    const follow = followClock(reading(1_000), 0);
    const stepped = follow(reading(1_000 + step), 10_000);
    expect(stepped.stepMs).toBeCloseTo(step);
    expect(stepped.correctionMs).toBeCloseTo(0);
    const later = follow(reading(1_000.3 + step), 20_000);
    expect(later).toMatchObject({ stepMs: null });
    expect(later.correctionMs).toBeCloseTo(0.3, 0);
  },
);
