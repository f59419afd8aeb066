import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { chanceOfExcess, chanceOfExcessInPairs, type Sides } from './exceedance.ts';

/**
 * Simulated figures of runs on one host: each has noise of its own, shares some noise with the
 * other figures of its run, and now and then another process distorts a whole run.
 */
const noisyRuns = (seed: number, { figures = 12, spread = 0.08, neighbours = 0 } = {}) => {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(random);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  /** Figures of one run, in margins of a tenth. */
  return (changes: readonly number[] = []): number[] => {
    const common = normal();
    const spoilt = uniform() < neighbours ? Math.log(1.2 + 1.8 * uniform()) : 0;
    return Array.from({ length: figures }, (_, figure) => {
      const noise = spread * (0.3 + (figure % 4) * 0.4) * (0.6 * common + 0.8 * normal());
      return (
        (noise + (figure % 2 === 0 ? spoilt : 0) + Math.log1p(changes[figure] ?? 0)) / Math.log(1.1)
      );
    });
  };
};

const sidesOf = (base: number[][], current: number[][]): Sides[] =>
  (base[0] ?? []).map((_, figure) => ({
    base: base.map((run) => run[figure] ?? 0),
    current: current.map((run) => run[figure] ?? 0),
  }));

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Number of comparisons, of `trials`, for which the decision holds. */
const count = (trials: number, judge: (seed: number) => boolean): number =>
  Array.from({ length: trials }, (_, seed) => judge(seed + 1)).filter(Boolean).length;

describe('runs of the same server', () => {
  // A difference of exactly one margin is the hardest case: one comparison in twenty may find it.
  // Of 300, 15 are expected, and at most 27 with a probability of 99.9 %.
  test.each([
    ['quiet', { spread: 0.03 }],
    ['noisy', { spread: 0.2 }],
    ['with neighbours', { spread: 0.1, neighbours: 0.2 }],
  ])('are rarely called worse, at the margin itself (%s)', (_, options) => {
    const called = count(300, (seed) => {
      const run = noisyRuns(seed, { ...options, figures: 6 });
      const atMargin = times(6, () => 0.1);
      return chanceOfExcess(
        sidesOf(
          times(4, run),
          times(4, () => run(atMargin)),
        ),
        1,
      ).some((chance) => chance <= 0.05);
    });
    expect(called).toBeLessThanOrEqual(27);
  });

  test.each([3, 5])(
    'are rarely called worse if they are equal (%d repeats, thirty noisy figures)',
    (repeats) => {
      const called = count(200, (seed) => {
        const run = noisyRuns(seed, { figures: 30, spread: 0.15, neighbours: 0.1 });
        return chanceOfExcess(sidesOf(times(repeats, run), times(repeats, run)), 1).some(
          (chance) => chance <= 0.05,
        );
      });
      expect(called).toBeLessThanOrEqual(10);
    },
  );

  test('are rarely called worse in rounds', () => {
    const called = count(200, (seed) => {
      const run = noisyRuns(seed, { figures: 30, spread: 0.15, neighbours: 0.1 });
      return chanceOfExcessInPairs(sidesOf(times(6, run), times(6, run)), 1).some(
        (chance) => chance <= 0.05,
      );
    });
    expect(called).toBeLessThanOrEqual(10);
  });
});

// The changed figure varies by 2 % between runs, the others by 10 %.
describe('a change of 30 % in one of twenty figures', () => {
  const found = (repeats: number, spread: number, test: typeof chanceOfExcess): number =>
    count(60, (seed) => {
      const run = noisyRuns(seed, { figures: 20, spread });
      const [changed = 1] = test(
        sidesOf(
          times(repeats, run),
          times(repeats, () => run([0.3])),
        ),
        1,
      );
      return changed <= 0.05;
    });

  test('is found by five repeats and by six rounds', () => {
    expect(found(5, 0.07, chanceOfExcess)).toBeGreaterThanOrEqual(57);
    expect(found(6, 0.07, chanceOfExcessInPairs)).toBeGreaterThanOrEqual(54);
  });

  test('is not found by two repeats', () => {
    expect(found(2, 0.05, chanceOfExcess)).toBe(0);
  });
});

test('the chance of any difference is 1 if nothing varies', () => {
  const same: Sides = { base: [7, 7, 7], current: [7, 7, 7] };
  expect(chanceOfExcess([same], 1)[0]).toBe(1);
  expect(chanceOfExcessInPairs([same], 1)[0]).toBeGreaterThan(0.9);
});

test('the chance of a figure that exceeds its margin in every run depends only on the number of runs', () => {
  const worse: Sides = { base: [0, 0.1, 0.2, 0.1, 0], current: [5, 5.1, 5.2, 5.3, 5] };
  expect(chanceOfExcess([worse], 1)[0]).toBeCloseTo(1 / 252, 10);
  expect(chanceOfExcessInPairs([worse], 1)[0]).toBeCloseTo(1 / 32, 10);
});

test('a figure that is a hundred times worse does not hide another', () => {
  const huge: Sides = { base: [0, 0.2, 0.1, 0.3, 0], current: [50, 51, 52, 50, 51] };
  const small: Sides = { base: [0, 0.1, 0.2, 0.1, 0], current: [2.5, 2.6, 2.4, 2.5, 2.6] };
  const [strong = 1, weak = 1] = chanceOfExcess([huge, small], 1);
  expect(strong).toBeLessThan(0.01);
  expect(weak).toBeLessThan(0.05);
});

test('many runs are sampled with the same result each time', () => {
  const run = noisyRuns(3, { figures: 4 });
  const sides = sidesOf(
    times(12, run),
    times(12, () => run([1])),
  );
  const chances = chanceOfExcess(sides, 5);
  expect(chances).toEqual(chanceOfExcess(sides, 5));
  expect(chances[0]).toBeCloseTo(1 / 2_001, 10);
});
