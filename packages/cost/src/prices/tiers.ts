import type { Tier } from './schema.ts';

/** Cost of an amount when each part of it is billed at the price of its tier. */
export const tieredCost = (tiers: readonly Tier[], amount: number): number => {
  let cost = 0;
  let from = 0;
  for (const { upTo = Number.POSITIVE_INFINITY, each } of tiers) {
    if (amount <= from) break;
    cost += (Math.min(amount, upTo) - from) * each;
    from = upTo;
  }
  return cost;
};
