import { z } from 'zod';
import { type LinkImpairment, type NetworkImpairment, PERFECT_LINK } from './network-presets.ts';

/** Above these a number is a typing error rather than a network; the packet pump holds the same. */
export const NETWORK_LIMITS = {
  burst: 1_000,
  delayMs: 10_000,
  jitterMs: 1_000,
  /** Of two packets only one can come behind the other. */
  reorder: 0.5,
  minRateBps: 10_000,
  maxRateBps: 100_000_000_000,
  minQueueMs: 1,
  queueMs: 10_000,
} as const;

const between = (min: number, max: number, unit: string) => {
  const error = `must be a number from ${min} to ${max}${unit}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};

const share = () => between(0, 1, '; 0.02 is 2 %');

const rateError = `must be from ${NETWORK_LIMITS.minRateBps} to ${NETWORK_LIMITS.maxRateBps} bits a second, or null for no limit`;

/** Between two loss bursts there is at least one packet, so the loss rate decides how long they must be. */
const shortestBurst = ({ loss }: LinkImpairment): number => (loss < 1 ? loss / (1 - loss) : 1);

/** A hair's breadth, for 0.9 / 0.1 is not quite 9. */
const ROUNDING = 1e-9;

/** What is left out does nothing. */
export const linkSchema = z
  .strictObject({
    loss: share().default(PERFECT_LINK.loss),
    burst: between(1, NETWORK_LIMITS.burst, ' packets').default(PERFECT_LINK.burst),
    delayMs: between(0, NETWORK_LIMITS.delayMs, ' ms').default(PERFECT_LINK.delayMs),
    jitterMs: between(0, NETWORK_LIMITS.jitterMs, ' ms').default(PERFECT_LINK.jitterMs),
    reorder: between(0, NETWORK_LIMITS.reorder, '; 0.02 is 2 %').default(PERFECT_LINK.reorder),
    rateBps: z
      .number({ error: rateError })
      .min(NETWORK_LIMITS.minRateBps, { error: rateError })
      .max(NETWORK_LIMITS.maxRateBps, { error: rateError })
      .nullable()
      .default(PERFECT_LINK.rateBps),
    queueMs: between(NETWORK_LIMITS.minQueueMs, NETWORK_LIMITS.queueMs, ' ms').default(
      PERFECT_LINK.queueMs,
    ),
  })
  .refine((link) => link.burst === 1 || link.burst >= shortestBurst(link) - ROUNDING, {
    path: ['burst'],
    error: ({ input }) =>
      `is too short for that much loss: make it ${Math.ceil(shortestBurst(input as LinkImpairment) - ROUNDING)} or more, or 1 for independent losses`,
  });

/** A network of the user's own. A way that is left out does nothing. */
export const networkSchema = z.strictObject({
  up: linkSchema.prefault({}),
  down: linkSchema.prefault({}),
}) satisfies z.ZodType<NetworkImpairment>;
