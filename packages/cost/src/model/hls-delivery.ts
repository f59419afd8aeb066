import { dollars } from '../prices/price-book.ts';
import type { PriceBook } from '../prices/schema.ts';
import type { Usage } from '../usage/usage.ts';
import { trafficPrice } from './self-hosted.ts';

/** Cost of serving an HLS audience from the network of a provider, USD per month. */
export interface HlsDelivery {
  provider: string;
  cost: number;
}

/**
 * Cost of an HLS audience at the price of each provider's traffic, cheapest first: LiveKit serves no
 * HLS, so that it comes on top of LiveKit Cloud and of own machines alike.
 * @param providers providers to compare
 */
export const hlsDeliveries = (
  book: PriceBook,
  { hlsGb }: Pick<Usage, 'hlsGb'>,
  providers: readonly string[],
): HlsDelivery[] =>
  hlsGb === 0
    ? []
    : [...new Set(providers)]
        .flatMap((name): HlsDelivery[] => {
          const provider = book.providers[name];
          if (provider === undefined) return [];
          const cost = dollars(book, provider.currency) * trafficPrice(provider, hlsGb);
          return [{ provider: name, cost }];
        })
        .toSorted((a, b) => a.cost - b.cost);
