import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';

const spikesOf = (times: number[]): number[] => {
  const arrivals = new Arrivals();
  for (const at of times) arrivals.add(at);
  return arrivals.spikes();
};

const every = (ms: number, count: number, fromMs = 0): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + index * ms);

describe('a spike of arrivals', () => {
  it('is a second with most joins scheduled at the same time', () => {
    expect(spikesOf(every(0, 40, 5_000))).toContain(5_000);
    expect(spikesOf([...every(200, 100), ...every(1, 60, 10_010)])).toContain(10_000);
  });

  it('is absent if joins are scheduled at a steady rate, high or low', () => {
    expect(spikesOf(every(2, 5_000))).toEqual([]);
    expect(spikesOf(every(2_000, 50))).toEqual([]);
  });

  it('is absent if there are few joins', () => {
    expect(spikesOf(every(0, 9))).toEqual([]);
  });

  it('is kept for hours', () => {
    const found = spikesOf([...every(0, 40, 3_000), ...every(50, 100_000, 10_000)]);
    expect(found.filter((at) => at < 4_000)).toContain(3_000);
    expect(found.filter((at) => at > 4_000)).toEqual([]);
  });
});
