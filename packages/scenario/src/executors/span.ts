import { duration, positive, say, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Span } from './executor-spec.ts';

const HINT =
  'write 30s, { uniform: [10s, 60s] }, { exponential: 30s } or { lognormal: { median: 20s, sigma: 0.5 } }';

/** A time that may be drawn by chance: `30s`, `{ uniform: [10s, 60s] }`, `{ exponential: 30s }`, `{ lognormal: { median: 20s, sigma: 0.5 } }`. */
export const span = (min = 1) =>
  z
    .union(
      [
        duration(min).transform((ms): Span => ({ distribution: 'constant', ms })),
        strict({
          uniform: z
            .tuple([duration(min), duration(min)], {
              error: say('must be the shortest and the longest', 'write [10s, 60s]'),
            })
            .optional()
            .describe('Anything from the shortest to the longest, all alike.'),
          exponential: duration(1)
            .optional()
            .describe('The mean; most are shorter, a few much longer: what has no memory.'),
          lognormal: strict({
            median: duration(1).describe('Half are shorter.'),
            sigma: positive(3).describe(
              'How wide it spreads: with 0.5 two in three are from 0.6 to 1.6 times the median.',
            ),
          })
            .optional()
            .describe('How long people stay, as a rule.'),
        }).transform((one, context): Span => {
          if (context.issues.length > 0) return z.NEVER;
          const { uniform, exponential, lognormal } = one;
          if (Object.values(one).filter((value) => value !== undefined).length !== 1) {
            context.addIssue({ code: 'custom', message: say('must be one distribution', HINT) });
          } else if (uniform !== undefined) {
            const [minMs, maxMs] = uniform;
            if (minMs <= maxMs) return { distribution: 'uniform', minMs, maxMs };
            context.addIssue({
              code: 'custom',
              path: ['uniform'],
              message: say('the longest is shorter than the shortest', 'swap them'),
            });
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
      { error: say('must be a time', HINT) },
    )
    .meta({
      samples: [
        '30s',
        { uniform: ['10s', '60s'] },
        { exponential: '30s' },
        { lognormal: { median: '20s', sigma: 0.5 } },
      ],
    });
