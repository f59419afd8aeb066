import { readFileSync } from 'node:fs';
import { invalidFile, readSettings } from '@livekit-swarm/settings';
import { type PriceBook, priceBookSchema } from './schema.ts';

/** Price book that comes with swarm. */
export const DEFAULT_PRICES = new URL('../prices.yaml', import.meta.url);

/**
 * Reads a price book.
 * @param file name of the file, for messages
 * @throws SwarmError `invalid_file` with every problem: line, column, mistake, correction
 */
export const readPriceBook = (text: string, file: string): PriceBook => {
  const { value, problem } = readSettings(text, priceBookSchema(), {
    file,
    noun: 'price book',
    begin: 'swarm cost --print-prices writes one to begin with',
  });
  const unconvertible = Object.entries(value.providers).filter(
    ([, { currency }]) => currency !== 'USD' && value.exchangeRates[currency] === undefined,
  );
  if (unconvertible.length > 0) {
    throw invalidFile(
      unconvertible.map(([name, { currency }]) =>
        problem(
          ['providers', name, 'currency'],
          `there is no exchange rate of ${currency}`,
          `add exchangeRates: { ${currency}: { usd: …, source: … } }`,
        ),
      ),
    );
  }
  return value;
};

export const defaultPriceBook = (): PriceBook =>
  readPriceBook(readFileSync(DEFAULT_PRICES, 'utf8'), 'prices.yaml');

/** Value of one unit of a currency, USD. */
export const dollars = ({ exchangeRates }: PriceBook, currency: string): number => {
  if (currency === 'USD') return 1;
  const rate = exchangeRates[currency];
  if (rate === undefined) throw new RangeError(`no exchange rate of ${currency}`);
  return rate.usd;
};
