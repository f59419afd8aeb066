import { defaultPriceBook, type Source } from '@livekit-swarm/cost';
import { table } from './markdown.ts';

/** Table of the price book in docs/cost.md. */
export const priceTable = (): string => {
  const { livekitCloud, providers, turn, storage, exchangeRates } = defaultPriceBook();
  const rows: string[][] = [
    ...Object.entries(livekitCloud.plans).map(([name, { month, minutes, traffic }]) => [
      `LiveKit Cloud, ${name}`,
      `$${month} a month; ${count(minutes.included)} minutes${beyond(minutes.each)}; ${count(traffic.included)} GB${beyond(traffic.each)}`,
      ...origin(livekitCloud.source),
    ]),
    ...Object.entries(providers).flatMap(([name, { region, currency, machines, traffic }]) => [
      ...Object.entries(machines.types).map(
        ([type, { vcpus, hour, month, sharedCpu, reclaimable }]) => [
          `${name}:${type} (${region})`,
          `${vcpus} ${sharedCpu ? 'shared ' : ''}vCPUs${reclaimable ? ', reclaimable' : ''}; ${[
            ...(hour === undefined ? [] : [`${hour} ${currency} an hour`]),
            ...(month === undefined ? [] : [`${month} ${currency} a month`]),
          ].join(', ')}`,
          ...origin(machines.source),
        ],
      ),
      [
        `${name}, traffic`,
        `${tiersText(traffic.tiers)} ${currency} for each ${traffic.unit}`,
        ...origin(traffic.source),
      ],
    ]),
    ...Object.entries(turn).map(([name, { tiers, source }]) => [
      `TURN, ${name}`,
      `${tiersText(tiers)} USD for each GB`,
      ...origin(source),
    ]),
    ...Object.entries(storage).map(([name, { month, source }]) => [
      `storage, ${name}`,
      `${month} USD for each GB and month`,
      ...origin(source),
    ]),
    ...Object.entries(exchangeRates).map(([name, { usd, source }]) => [
      name,
      `${usd} USD`,
      ...origin(source),
    ]),
  ];
  return table(['what', 'price', 'read', 'trust'], rows);
};

const count = (value: number): string => value.toLocaleString('en-US');

const beyond = (each: number | undefined): string =>
  each === undefined ? '' : `, then $${each} each`;

const tiersText = (tiers: readonly { upTo?: number | undefined; each: number }[]): string =>
  tiers
    .map(({ upTo, each }) => (upTo === undefined ? `${each}` : `${each} up to ${count(upTo)}`))
    .join(', ');

const origin = ({ url, read, trust }: Source): string[] => [`[${read}](${url})`, trust];
