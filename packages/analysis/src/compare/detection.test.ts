import { expect, test } from 'vitest';
import { lines, side } from '../../test/support/compared-runs.ts';
import { compareRuns } from './compare-runs.ts';
import {
  assessDetection,
  FEWEST_ROUNDS,
  MOST_ROUNDS,
  toleranceToDetect,
  variationsFound,
  type WantedChange,
} from './detection.ts';
import { chanceOfExcessInPairs } from './exceedance.ts';

const WANTED: WantedChange = { metric: 'join_time', share: 0.05 };

/** Rounds whose second runs take `change` times as long, each with its own noise. */
const session = (noise: readonly number[], change = 1) => ({
  base: side('A', ...noise.map(() => lines())),
  current: side('B', ...noise.map((one) => lines(change * (1 + one)))),
});

const assess = (noise: readonly number[], change?: number) => {
  const { base, current } = session(noise, change);
  return assessDetection(WANTED, base.runs, current.runs);
};

/** Deviations of six rounds with a standard deviation of one. */
const SIX = [-1.2, 1.1, -0.4, 0.5, -1, 1];
const scaled = (by: number, of: readonly number[] = SIX) => of.map((one) => one * by);

test('quiet rounds find a change, whatever the difference is', () => {
  for (const change of [1, 1.05, 2]) {
    const [one, ...more] = assess(scaled(0.002), change);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ figure: 'join_time.avg', share: 0.05, rounds: 6, required: 6 });
    expect(one?.variation).toBeGreaterThan(0.002);
    expect(one?.variation).toBeLessThan(0.004);
  }
});

test('noise takes more rounds, and too much of it more than there can be', () => {
  expect(assess(scaled(0.015))[0]?.required).toBeGreaterThan(FEWEST_ROUNDS);
  expect(assess(scaled(0.2))[0]).toMatchObject({ required: null });
});

test('a metric that is not measured has no variation', () => {
  const { base, current } = session(scaled(0.002));
  const wanted: WantedChange = { metric: 'reconnect_time', share: 0.05 };
  expect(assessDetection(wanted, base.runs, current.runs)[0]).toMatchObject({
    variation: null,
    required: null,
  });
});

test.each([
  [1.05, 'worse'],
  [0.95, 'better'],
  [1, 'no_difference'],
])('rounds that are enough judge a change of %d', async (change, verdict) => {
  const { base, current } = session(scaled(0.002), change);
  const tolerance = { relative: 0.1, metrics: { join_time: toleranceToDetect(WANTED) } };
  const { figures } = await compareRuns(base, current, { tolerance, paired: true });
  expect(figures.find(({ key }) => key === 'join_time.avg')).toMatchObject({ verdict });
});

test('a tolerance below the steps of percentiles adds the average', async () => {
  const keysOf = async (relative: number) => {
    const { base, current } = session(scaled(0.002));
    const { figures } = await compareRuns(base, current, { tolerance: { relative, metrics: {} } });
    return figures.map(({ key }) => key);
  };
  expect(await keysOf(0.01)).toContain('join_time.avg');
  expect(await keysOf(0.1)).not.toContain('join_time.avg');
});

/** Values of a normal distribution, with the same sequence each time. */
const normals = (): (() => number) => {
  let state = 1;
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
};

test('four sessions of five find a change at the stated variation', () => {
  const normal = normals();
  const [{ rounds, variation } = { rounds: 0, variation: 0 }] = variationsFound(WANTED.share);
  const margin = Math.log1p(toleranceToDetect(WANTED).relative);
  const change = Math.log1p(WANTED.share) / margin;
  const spread = variation / margin / Math.SQRT2;
  const trials = 60;
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const values = (offset: number, by: number) =>
      Array.from({ length: rounds }, () => offset + by * normal());
    const others = Array.from({ length: 19 }, () => ({
      base: values(0, 1),
      current: values(0, 1),
    }));
    const wanted = { base: values(0, spread), current: values(change, spread) };
    if ((chanceOfExcessInPairs([wanted, ...others], trial)[0] ?? 1) <= 0.05) found++;
  }
  expect(rounds).toBe(FEWEST_ROUNDS);
  expect(found / trials).toBeGreaterThan(0.7);
  expect(variationsFound(WANTED.share).at(-1)?.rounds).toBe(MOST_ROUNDS);
});
