import { spread } from './spread.ts';

/**
 * Prints the increase per participant, from the smallest load to the largest; nothing for a single
 * load.
 * @param byLoad results of the runs, by number of participants
 */
export const printSlope = (unit: string, byLoad: ReadonlyMap<number, readonly number[]>): void => {
  const [least, most] = [Math.min(...byLoad.keys()), Math.max(...byLoad.keys())];
  if (!(most > least)) return;
  const [few = [], many = []] = [byLoad.get(least), byLoad.get(most)];
  const slopes = many.map((value, run) => (value - (few[run] ?? Number.NaN)) / (most - least));
  console.log(`\n${unit} per participant from ${least} to ${most}: ${spread(slopes, 3)}`);
};
