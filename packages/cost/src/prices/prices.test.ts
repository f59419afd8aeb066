import { readFileSync } from 'node:fs';
import { explain, isUsageError } from '@livekit-swarm/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICES, defaultPriceBook, dollars, readPriceBook } from './price-book.ts';
import type { Tier } from './schema.ts';
import { tieredCost } from './tiers.ts';

const text = readFileSync(DEFAULT_PRICES, 'utf8');

const problemOf = (edited: string): string => {
  try {
    readPriceBook(edited, 'mine.yaml');
  } catch (error) {
    if (isUsageError(error)) return explain(error);
    throw error;
  }
  return 'none';
};

describe('the price book of swarm', () => {
  it('has a source, with a day, for every price', () => {
    const sources = JSON.stringify(defaultPriceBook()).match(/"read":"\d{4}-\d\d-\d\d"/g);
    // One rate, LiveKit Cloud, machines and traffic of seven providers, TURN, and two kinds of
    // storage.
    expect(sources).toHaveLength(1 + 1 + 2 * 7 + 1 + 2);
  });

  it('has LiveKit Cloud, and machines of several clouds', () => {
    const { livekitCloud, providers } = defaultPriceBook();
    expect(Object.keys(livekitCloud.plans)).toEqual(['build', 'ship', 'scale']);
    expect(Object.keys(providers)).toEqual([
      'aws',
      'aws-fargate',
      'aws-spot',
      'gcp',
      'azure',
      'hetzner',
      'digitalocean',
    ]);
  });

  it('converts currencies', () => {
    expect(dollars(defaultPriceBook(), 'USD')).toBe(1);
    expect(dollars(defaultPriceBook(), 'EUR')).toBeGreaterThan(0.8);
  });
});

describe('a price book of a user', () => {
  it.each([
    ['hour: 0.34', 'hours: 0.34', /mine\.yaml:\d+:\d+: .*unknown key "hours"; did you mean hour\?/],
    ['read: 2026-09-14', 'read: yesterday', /must be a day; write 2026-09-14/],
    ['currency: EUR', 'currency: CHF', /there is no exchange rate of CHF; add exchangeRates/],
    ['upTo: 51200, each: 0.085', 'upTo: 5, each: 0.085', /must ascend/],
    ['hour: 0.17 }', '}', /has no price; give hour, month, or both/],
    [
      'region: us-east-1',
      "region: us-east-1\n    services: { redis: { source: { url: 'https://a.b', read: 2026-09-14, trust: vendor } } }",
      /must have one price; give month or hour/,
    ],
  ])('%s → %s', (from, to, message) => {
    expect(text).toContain(from);
    expect(problemOf(text.replace(from, to))).toMatch(message);
  });
});

const tiersOf = fc
  .array(
    fc.tuple(
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((steps): Tier[] => {
    let end = 0;
    return steps.map(([width, each], index) => {
      end += width;
      return index === steps.length - 1 ? { each } : { upTo: end, each };
    });
  });

describe('tieredCost', () => {
  it('bills each part at the price of its tier', () => {
    const tiers = [{ upTo: 100, each: 0 }, { upTo: 10_240, each: 0.09 }, { each: 0.05 }];
    expect(tieredCost(tiers, 0)).toBe(0);
    expect(tieredCost(tiers, 100)).toBe(0);
    expect(tieredCost(tiers, 200)).toBeCloseTo(9, 9);
    expect(tieredCost(tiers, 20_240)).toBeCloseTo(10_140 * 0.09 + 10_000 * 0.05, 9);
  });

  it('never falls with the amount, and never exceeds the price of the most expensive tier', () => {
    const amount = fc.double({ min: 0, max: 1_000, noNaN: true });
    fc.assert(
      fc.property(tiersOf, amount, amount, (tiers, one, more) => {
        const cost = tieredCost(tiers, one);
        expect(tieredCost(tiers, one + more)).toBeGreaterThanOrEqual(cost - 1e-9);
        expect(cost).toBeLessThanOrEqual(one * Math.max(...tiers.map(({ each }) => each)) + 1e-9);
      }),
    );
  });
});
