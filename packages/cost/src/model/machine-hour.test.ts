import { expect, it } from 'vitest';
import { defaultPriceBook } from '../prices/price-book.ts';
import { machineHour } from './machine-hour.ts';

const book = defaultPriceBook();

it('has the price of an hour in USD, with its source', () => {
  expect(machineHour(book, { provider: 'aws', machine: 'c6i.2xlarge' })).toMatchObject({
    ...{ machine: 'aws:c6i.2xlarge', vcpus: 8, cost: 0.34 },
    source: { trust: 'reported' },
  });
  // 0.0689 EUR at 1.1637 USD.
  const { cost } = machineHour(book, { provider: 'hetzner', machine: 'ccx13' });
  expect(cost).toBeCloseTo(0.080_18, 5);
});

it('refuses a machine that has a price for a month alone', () => {
  expect(() => machineHour(book, { provider: 'hetzner', machine: 'cx33' })).toThrow(
    'hetzner:cx33 has a price for a month alone',
  );
});
