/**
 * `node bench/comparison-power.ts [--detect]`: simulates how large a change must be for `swarm
 * compare` and `swarm ab` to report it in four comparisons of five: one figure of twenty changes,
 * with the variation between runs at the head of its column; the others vary by 2 to 20 %. The
 * table of docs/adr/0005. `--detect`: the largest variation of the differences within rounds, as a
 * part of a change of 5 %, at which `swarm ab --detect` finds it: the constants of
 * packages/analysis/src/compare/detection.ts, and the table of docs/comparisons.md.
 */
import { parseArgs } from 'node:util';
import {
  chanceOfExcess,
  chanceOfExcessInPairs,
  type Sides,
  toleranceToDetect,
} from '@livekit-swarm/analysis/compare';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

type Test = (figures: readonly Sides[], seed: number) => number[];

const { values } = parseArgs({ options: { detect: { type: 'boolean', default: false } } });

const FIGURES = 20;
const OTHERS = [0.02, 0.05, 0.1, 0.05, 0.2];
const NOISE = [0.02, 0.05, 0.1, 0.2];
const CHANGES = [0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3];
const TRIALS = 60;
const FOUND = 0.8;
/** Share of the noise that all figures of one run have in common. */
const SHARED = 0.6;
/** Default tolerance of `swarm compare`, as the logarithm of a ratio: one margin. */
const MARGIN = Math.log(1.1);

const random = xoroshiro128plus(2_011);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) *
  Math.cos(2 * Math.PI * uniformFloat64(random));

/** Figures of one run, in margins. */
const run = (noise: number, change: number): number[] => {
  const common = normal();
  return Array.from({ length: FIGURES }, (_, figure) => {
    const spread = figure === 0 ? noise : (OTHERS[figure % OTHERS.length] ?? 0);
    return (
      (spread * (SHARED * common + Math.sqrt(1 - SHARED ** 2) * normal()) +
        (figure === 0 ? Math.log1p(change) : 0)) /
      MARGIN
    );
  });
};

const power = (test: Test, runs: number, noise: number, change: number): number => {
  let found = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const base = Array.from({ length: runs }, () => run(noise, 0));
    const current = Array.from({ length: runs }, () => run(noise, change));
    const sides = Array.from({ length: FIGURES }, (_, figure) => ({
      base: base.map((one) => one[figure] ?? 0),
      current: current.map((one) => one[figure] ?? 0),
    }));
    if ((test(sides, trial)[0] ?? 1) <= 0.05) found++;
  }
  return found / TRIALS;
};

/** Finds the smallest change that is reported, by bisection. */
const smallest = (test: Test, runs: number, noise: number): string => {
  let [low, high] = [0, CHANGES.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (power(test, runs, noise, CHANGES[middle] ?? 0) >= FOUND) high = middle;
    else low = middle + 1;
  }
  const change = CHANGES[low];
  return change === undefined
    ? `> ${Math.max(...CHANGES) * 100} %`
    : `+${Math.round(change * 100)} %`;
};

/** Variations that are tried, as parts of the wanted change. */
const VARIATIONS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2];

/** Figures of both sides in all rounds, the first of which changes by a wanted share. */
const wantedSides = (rounds: number, share: number, variation: number): Sides[] => {
  const margin = Math.log1p(toleranceToDetect({ metric: 'media_latency', share }).relative);
  const change = Math.log1p(share);
  return Array.from({ length: FIGURES }, (_, figure) => {
    // Both runs of a round vary alike, so that their difference varies by √2 as much.
    const spread =
      figure === 0
        ? (variation * change) / margin / Math.SQRT2
        : (OTHERS[figure % OTHERS.length] ?? 0) / MARGIN;
    const side = (offset: number): number[] =>
      Array.from({ length: rounds }, () => offset + spread * normal());
    return { base: side(0), current: side(figure === 0 ? change / margin : 0) };
  });
};

const printDetection = (): void => {
  for (const rounds of [6, 8, 12, 16, 24]) {
    const found = (variation: number): number => {
      let count = 0;
      for (let trial = 0; trial < TRIALS; trial++)
        if ((chanceOfExcessInPairs(wantedSides(rounds, 0.05, variation), trial)[0] ?? 1) <= 0.05)
          count++;
      return count / TRIALS;
    };
    const largest = VARIATIONS.findLast((variation) => found(variation) >= FOUND);
    process.stdout.write(`${rounds} rounds: ${largest ?? 'none'}\n`);
  }
};

const printPower = (): void => {
  const rows: [string, Test, number[]][] = [
    ['runs of each', chanceOfExcess, [3, 4, 5, 6, 8]],
    ['rounds', chanceOfExcessInPairs, [5, 6, 8, 10]],
  ];
  process.stdout.write(
    `| | ${NOISE.map((noise) => `${noise * 100} %`).join(' | ')} |\n| --- |${' --: |'.repeat(NOISE.length)}\n`,
  );
  for (const [name, test, counts] of rows) {
    for (const count of counts) {
      process.stdout.write(
        `| ${count} ${name} | ${NOISE.map((noise) => smallest(test, count, noise)).join(' | ')} |\n`,
      );
    }
  }
};

if (values.detect) printDetection();
else printPower();
