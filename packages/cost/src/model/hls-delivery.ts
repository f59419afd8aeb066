import { dollars } from '../prices/price-book.ts';
import type { PriceBook } from '../prices/schema.ts';
import type { Usage } from '../usage/usage.ts';
import { billedTraffic, type SelfHostedCost, trafficPrice } from './self-hosted.ts';

/** Cost of serving an HLS audience from the network of a provider, USD per month. */
export interface HlsDelivery {
  provider: string;
  /** On top of own machines there, whose traffic has used what is free, and the first tiers. */
  withMachines: number;
  /** On top of LiveKit Cloud, or of machines elsewhere: the price for the audience alone. */
  alone: number;
}

/**
 * Cost of an HLS audience at the price of each provider's traffic, cheapest first: LiveKit serves no
 * HLS, so that it comes on top of LiveKit Cloud and of own machines alike.
 * @param machines own machines, one type of each provider
 */
export const hlsDeliveries = (
  book: PriceBook,
  { hlsGb, gbDown }: Pick<Usage, 'hlsGb' | 'gbDown'>,
  machines: readonly Pick<SelfHostedCost, 'provider' | 'machine' | 'nodeHours'>[],
): HlsDelivery[] =>
  hlsGb === 0
    ? []
    : machines
        .map((own): HlsDelivery => {
          const { provider, billedGb } = billedTraffic(book, own, gbDown);
          const priceOf = (gb: number): number =>
            dollars(book, provider.currency) * trafficPrice(provider, gb);
          return {
            provider: own.provider,
            withMachines: priceOf(billedGb + hlsGb) - priceOf(billedGb),
            alone: priceOf(hlsGb),
          };
        })
        .toSorted((a, b) => a.withMachines - b.withMachines);
