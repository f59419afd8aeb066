import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CHOICES, randomSettings } from '../../test/support/random-drills.ts';
import { FAULTS } from '../faults/index.ts';
import { drawDrill, isPossible } from './draw-drill.ts';
import type { RandomDrill } from './random-drill.ts';
import { shrink } from './shrink.ts';

const drawn = (number: number): RandomDrill =>
  drawDrill(number, randomSettings({ intensity: 16, atOnce: 3 }), CHOICES, FAULTS);

const run = (drill: RandomDrill, guilty: (drill: RandomDrill) => boolean, maxRuns = 1_000) => {
  const executed: RandomDrill[] = [];
  return shrink(drill, {
    isPossible: (candidate) => isPossible(candidate, FAULTS),
    violates: async (candidate) => {
      executed.push(candidate);
      return guilty(candidate);
    },
    mayRun: () => true,
    maxRuns,
  }).then((result) => ({ ...result, executed }));
};

it('finds the one fault that matters, its least duration, and one room', async () => {
  for (let number = 1; number <= 20; number++) {
    const drill = drawn(number);
    const hang = drill.faults.findIndex(({ fault, forS }) => fault === 'hang' && (forS ?? 0) >= 4);
    if (hang < 0) continue;
    const { drill: smallest, isMinimal } = await run(drill, ({ faults }) =>
      faults.some(({ fault, forS }) => fault === 'hang' && (forS ?? 0) >= 4),
    );
    expect(isMinimal).toBe(true);
    expect(smallest.rooms).toBe(1);
    expect(smallest.faults).toHaveLength(1);
    expect(smallest.faults[0]).toMatchObject({ fault: 'hang', atS: 0 });
    expect(smallest.faults[0]?.forS).toBeLessThan(8);
  }
});

it('keeps two faults that only matter together', async () => {
  const needs = ({ faults }: RandomDrill): boolean =>
    faults.some(({ fault }) => fault === 'kill') && faults.some(({ fault }) => fault === 'restart');
  const drill = Array.from({ length: 100 }, (_, index) => drawn(index + 1)).find(
    (one) => needs(one) && one.faults.length > 4,
  );
  if (drill === undefined) throw new Error('no drill has both');
  const { drill: smallest } = await run(drill, needs);
  expect(smallest.faults.map(({ fault }) => fault).sort()).toEqual(['kill', 'restart']);
});

it('never keeps a drill that did not violate, executes none twice, and heeds its limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 6 }),
      fc.infiniteStream(fc.boolean()),
      async (number, maxRuns, luck) => {
        const first = drawn(number);
        const violating = new Set([first]);
        const { drill, runs, executed, isMinimal } = await run(
          first,
          (candidate) => {
            const isGuilty = luck.next().value === true;
            if (isGuilty) violating.add(candidate);
            return isGuilty;
          },
          maxRuns,
        );
        expect(violating.has(drill)).toBe(true);
        expect(runs).toBe(executed.length);
        expect(runs).toBeLessThanOrEqual(maxRuns);
        if (runs < maxRuns) expect(isMinimal).toBe(true);
        const texts = executed.map(({ faults, rooms }) => JSON.stringify([faults, rooms]));
        expect(new Set(texts).size).toBe(texts.length);
      },
    ),
    { numRuns: 8 },
  );
});
