import type { PriceBook } from '../prices/schema.ts';
import { scaleUsage, type Usage } from '../usage/usage.ts';
import { cloudCosts } from './cloud.ts';
import { type SelfHostedRules, selfHostedCost } from './self-hosted.ts';

/**
 * Break-even in participant-minutes per month: above it, own machines cost less than LiveKit Cloud
 * if everything grows in proportion.
 */
export type BreakEven =
  | { type: 'from'; participantMinutes: number; cost: number }
  /** Own machines cost less for any load. */
  | { type: 'always' }
  /** LiveKit Cloud costs less, up to a thousand million minutes. */
  | { type: 'never' };

const LEAST_MINUTES = 100;
const MOST_MINUTES = 1e9;
const STEPS = 2_000;

/**
 * Both cost curves over the size of the load, USD per month. Above the smallest number of nodes,
 * fractions of nodes are counted, so that the curve has no steps.
 */
export const costCurves = (
  book: PriceBook,
  offer: { provider: string; machine: string },
  usage: Usage,
  rules: SelfHostedRules,
): { cloud(minutes: number): number; selfHosted(minutes: number): number } => {
  const at = (minutes: number): Usage => scaleUsage(usage, minutes / usage.participantMinutes);
  return {
    cloud: (minutes) => cloudCosts(book, at(minutes))[0]?.total ?? Number.POSITIVE_INFINITY,
    selfHosted: (minutes) => selfHostedCost(book, offer, at(minutes), rules, true).total,
  };
};

/** Finds the last crossing: above it, own machines stay cheaper. */
export const breakEven = (
  book: PriceBook,
  offer: { provider: string; machine: string },
  usage: Usage,
  rules: SelfHostedRules,
): BreakEven => {
  const { cloud, selfHosted } = costCurves(book, offer, usage, rules);
  const cheaper = (minutes: number): boolean => selfHosted(minutes) <= cloud(minutes);
  const minutesAt = (step: number): number =>
    LEAST_MINUTES * (MOST_MINUTES / LEAST_MINUTES) ** (step / STEPS);
  let step = STEPS;
  while (step >= 0 && cheaper(minutesAt(step))) step--;
  if (step === STEPS) return { type: 'never' };
  if (step < 0) return { type: 'always' };
  let [dearer, found] = [minutesAt(step), minutesAt(step + 1)];
  while (found / dearer > 1 + 1e-9) {
    const middle = Math.sqrt(dearer * found);
    if (cheaper(middle)) found = middle;
    else dearer = middle;
  }
  return { type: 'from', participantMinutes: found, cost: selfHosted(found) };
};
