/** Duration that may be drawn at random: read, drawn, written back and described. */
import {
  customIssue,
  duration,
  formatDuration,
  hinted,
  positive,
  strict,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import type { Random } from '../random.ts';

const ms = () => z.number().min(0);

/** Distribution of a duration, in the form of records. */
export const distributionSchema = z
  .discriminatedUnion('distribution', [
    z.object({ distribution: z.literal('constant'), ms: ms() }),
    z.object({ distribution: z.literal('uniform'), minMs: ms(), maxMs: ms() }),
    z.object({ distribution: z.literal('exponential'), meanMs: ms() }),
    z.object({ distribution: z.literal('lognormal'), medianMs: ms(), sigma: z.number() }),
  ])
  .meta({ id: 'DurationDistribution', description: 'A duration that may be drawn at random.' });

export type DurationDistribution = z.infer<typeof distributionSchema>;

const HINT =
  'write 30s, { uniform: [10s, 60s] }, { exponential: 30s } or { lognormal: { median: 20s, sigma: 0.5 } }';

/**
 * Distribution of a duration, in the form of scenario files: `30s`, `{ uniform: [10s, 60s] }`,
 * `{ exponential: 30s }`, `{ lognormal: { median: 20s, sigma: 0.5 } }`.
 */
export const distribution = (min = 1) =>
  z
    .union(
      [
        duration(min).transform((ms): DurationDistribution => ({ distribution: 'constant', ms })),
        strict({
          uniform: z
            .tuple([duration(min), duration(min)], {
              error: hinted('must be the shortest and the longest', 'write [10s, 60s]'),
            })
            .optional()
            .describe('Shortest and longest duration; all between them are equally likely.'),
          exponential: duration(1)
            .optional()
            .describe('The mean; most are shorter, a few much longer (memoryless).'),
          lognormal: strict({
            median: duration(1).describe('Median: half are shorter.'),
            sigma: positive(3).describe(
              'Width of the distribution: with 0.5 two in three are from 0.6 to 1.6 times the median.',
            ),
          })
            .optional()
            .describe('Log-normal distribution, which lengths of sessions usually have.'),
        }).transform((one, context): DurationDistribution => {
          if (context.issues.length > 0) return z.NEVER;
          const { uniform, exponential, lognormal } = one;
          if (Object.values(one).filter((value) => value !== undefined).length !== 1) {
            context.addIssue(customIssue([], 'must be one distribution', HINT));
          } else if (uniform !== undefined) {
            const [minMs, maxMs] = uniform;
            if (minMs <= maxMs) return { distribution: 'uniform', minMs, maxMs };
            context.addIssue(
              customIssue(['uniform'], 'the longest is shorter than the shortest', 'swap them'),
            );
          } else if (exponential !== undefined) {
            return { distribution: 'exponential', meanMs: exponential };
          } else if (lognormal !== undefined) {
            return {
              distribution: 'lognormal',
              medianMs: lognormal.median,
              sigma: lognormal.sigma,
            };
          }
          return z.NEVER;
        }),
      ],
      { error: hinted('must be a duration', HINT) },
    )
    .meta({
      samples: [
        '30s',
        { uniform: ['10s', '60s'] },
        { exponential: '30s' },
        { lognormal: { median: '20s', sigma: 0.5 } },
      ],
      shared: 'randomDuration',
    });

/**
 * Draw a duration, ms. Each kind of distribution takes a fixed count of numbers from the stream.
 */
export const drawDuration = (given: DurationDistribution, random: Random): number => {
  switch (given.distribution) {
    case 'constant':
      return given.ms;
    case 'uniform':
      return given.minMs + random() * (given.maxMs - given.minMs);
    case 'exponential':
      return -given.meanMs * Math.log(1 - random());
    case 'lognormal':
      return given.medianMs * Math.exp(given.sigma * drawNormal(random));
  }
};

/**
 * Draw a number with mean 0 and deviation 1 (Box and Muller 1958; the second number of the pair is
 * not used).
 */
const drawNormal = (random: Random): number => {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
};

/** Form of a distribution in a scenario file. */
export const distributionForm = (given: DurationDistribution): unknown => {
  switch (given.distribution) {
    case 'constant':
      return durationText(given.ms);
    case 'uniform':
      return { uniform: [durationText(given.minMs), durationText(given.maxMs)] };
    case 'exponential':
      return { exponential: durationText(given.meanMs) };
    case 'lognormal':
      return { lognormal: { median: durationText(given.medianMs), sigma: given.sigma } };
  }
};

export const describeDistribution = (given: DurationDistribution): string => {
  switch (given.distribution) {
    case 'constant':
      return formatDuration(given.ms);
    case 'uniform':
      return `${formatDuration(given.minMs)} to ${formatDuration(given.maxMs)}`;
    case 'exponential':
      return `${formatDuration(given.meanMs)} on average (exponential)`;
    case 'lognormal':
      return `about ${formatDuration(given.medianMs)} (lognormal)`;
  }
};
