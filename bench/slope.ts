import { spread } from './spread.ts';

/** Prints what one participant adds, from the smallest load to the largest; nothing of a single load. @param byLoad participants, and what each run took */
export const printSlope = (unit: string, byLoad: ReadonlyMap<number, readonly number[]>): void => {
  const [least, most] = [Math.min(...byLoad.keys()), Math.max(...byLoad.keys())];
  if (!(most > least)) return;
  const [few = [], many = []] = [byLoad.get(least), byLoad.get(most)];
  const slopes = many.map((value, run) => (value - (few[run] ?? Number.NaN)) / (most - least));
  console.log(`\n${unit} per participant from ${least} to ${most}: ${spread(slopes, 3)}`);
};
