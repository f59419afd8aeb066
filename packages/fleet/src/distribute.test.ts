import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distribute } from './distribute.ts';

it.each([
  [4, [2, 2], [2, 2]],
  [4, [6, 2], [3, 1]],
  [3, [2, 2], [2, 1]],
  [1, [2, 8], [0, 1]],
  [5, [1], [5]],
  [4, [16, 1, 1], [2, 1, 1]],
])('%d shards on hosts of %j cores: %j', (total, cores, shares) => {
  expect(distribute(total, cores)).toEqual(shares);
});

it('assigns every shard, and never more to a host than to one with more cores', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 50 }),
      (total, cores) => {
        const shares = distribute(total, cores);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBe(total);
        for (const [a, ofA] of cores.entries())
          for (const [b, ofB] of cores.entries())
            if (ofA > ofB) expect(shares[a]).toBeGreaterThanOrEqual(shares[b] ?? 0);
        if (total >= cores.length) expect(Math.min(...shares)).toBeGreaterThan(0);
      },
    ),
  );
});
