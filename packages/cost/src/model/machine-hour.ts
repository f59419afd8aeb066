import { usageError } from '@livekit-swarm/settings';
import { dollars } from '../prices/price-book.ts';
import type { PriceBook, Source } from '../prices/schema.ts';
import { offerOf } from './self-hosted.ts';

/** Price of a machine that runs for an hour. */
export interface MachineHour {
  /** `aws:c6i.xlarge`. */
  machine: string;
  vcpus: number;
  /** USD. */
  cost: number;
  source: Source;
}

/**
 * Price of an hour.
 * @throws SwarmError `usage` where a machine has a price for a whole month alone
 */
export const machineHour = (
  book: PriceBook,
  { provider, machine }: { provider: string; machine: string },
): MachineHour => {
  const {
    provider: { currency, machines },
    machine: type,
  } = offerOf(book, provider, machine);
  if (type.hour === undefined)
    throw usageError(
      `${provider}:${machine} has a price for a month alone, and nodes run for hours`,
      'add its price of an hour to a price book: swarm cost --print-prices > prices.yaml',
    );
  return {
    machine: `${provider}:${machine}`,
    vcpus: type.vcpus,
    cost: type.hour * dollars(book, currency),
    source: machines.source,
  };
};
