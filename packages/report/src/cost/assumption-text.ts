import { PEAK_TO_MEAN, type Source } from '@livekit-swarm/cost';
import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { formatBits } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import type { CostView, LoadAssumption } from './cost-view.ts';

/** Assumptions of an estimate that no file contains, one sentence each. */
export const assumptionTexts = ({ load, rules, estimate, book }: CostView): string[] => [
  ...load.assumptions.map(loadText),
  capacityText(rules.capacity),
  `Nodes are counted for ${formatNumber(rules.headroom)} times the load${rules.scaled ? ', hour by hour' : '; those of the busiest hour run all month (--autoscale)'}.`,
  ...sharedText(book, estimate.selfHosted),
  ...reclaimableText(book, estimate.selfHosted),
  ...(rules.turn === null
    ? ['No paid TURN service relays media (--turn).']
    : [
        `${rules.turn.service} relays ${formatNumber(rules.turn.share * 100)} % of what participants receive.`,
      ]),
  ...(rules.staff === 0 ? ['The operation of your own machines costs nothing (--staff).'] : []),
  ...servicesTexts(book, estimate.selfHosted),
  'Not counted: monitoring, egress, ingress, agents, SIP, retransmissions and RTCP.',
  ...(estimate.usage.hlsGb > 0
    ? [
        'HLS is served at the price of the traffic of each provider, without what machines include: on top of own machines at the same provider, in the tiers above their traffic; on top of LiveKit Cloud, at the price of that provider alone. A CDN has prices of its own. What makes the segments is not counted.',
      ]
    : []),
  ...(estimate.usage.recordedGb > 0 && rules.storage !== null
    ? [`Recordings are kept in ${rules.storage}; what records them is not counted.`]
    : []),
];

const loadText = (assumption: LoadAssumption): string => {
  switch (assumption.type) {
    case 'around_the_clock':
      return `The scenario happens again and again, around the clock: ${formatNumber(assumption.perMonth)} times a month (--per-month).`;
    case 'peak_to_mean':
      return `In the busiest hour there are ${PEAK_TO_MEAN} times as many participants as on average (monthly.peakParticipants).`;
    case 'users':
      return `${formatNumber(assumption.users)} users join ${formatNumber(assumption.sessions)} times a month for ${formatDuration(assumption.ms)}: at most ${plural(Math.ceil(assumption.peak), 'participant')} at the same time.`;
    case 'packets':
      return 'Packets follow from the bit rates: 1,100 bytes each, and at least those of audio.';
    case 'session':
      return `A participant stays for ${formatDuration(assumption.ms)} on average, which matters where LiveKit Cloud rounds up.`;
  }
};

const capacityText = (capacity: CostView['rules']['capacity']): string =>
  capacity.type === 'measured'
    ? `A node${capacity.cores === null ? ', whichever machine it is,' : ` of ${plural(capacity.cores, 'core')}`} carries ${formatNumber(capacity.participantsPerNode)} participants of the scenario ${capacity.scenario}${capacity.cores === null ? '' : '; others in proportion to their vCPUs'} (--capacity).`
    : `A node carries ${formatNumber(capacity.packetsPerVcpu)} packets/s and ${formatBits(capacity.bitsPerVcpu)} per vCPU: LiveKit's published benchmark at 70 % CPU, not measured here (--capacity).`;

/** Services of each provider; those without any are counted without load balancer and Redis. */
const servicesTexts = (
  { providers }: CostView['book'],
  costs: CostView['estimate']['selfHosted'],
): string[] => {
  const named = costs.map(({ provider }) => ({
    provider,
    services: Object.keys(providers[provider]?.services ?? {}),
  }));
  const without = named.filter(({ services }) => services.length === 0);
  return [
    ...named
      .filter(({ services }) => services.length > 0)
      .map(({ provider, services }) => `Services of ${provider}: ${services.join(', ')}.`),
    ...(without.length === 0
      ? []
      : [
          `Not counted for ${without.map(({ provider }) => provider).join(', ')}: Redis, load balancer, control plane (services of a price book).`,
        ]),
  ];
};

const sharedText = (
  { providers }: CostView['book'],
  costs: CostView['estimate']['selfHosted'],
): string[] => {
  const shared = costs
    .filter(({ provider, machine }) => providers[provider]?.machines.types[machine]?.sharedCpu)
    .map(({ provider, machine }) => `${provider}:${machine}`);
  return shared.length === 0
    ? []
    : [
        `vCPUs of ${shared.join(', ')} are shared with other customers: measure what a node carries.`,
      ];
};

const reclaimableText = (
  { providers }: CostView['book'],
  costs: CostView['estimate']['selfHosted'],
): string[] => {
  const reclaimable = costs
    .filter(({ provider, machine }) => providers[provider]?.machines.types[machine]?.reclaimable)
    .map(({ provider, machine }) => `${provider}:${machine}`);
  return reclaimable.length === 0
    ? []
    : [
        `The provider may reclaim ${reclaimable.join(', ')} at short notice, and calls of such a node end; its price changes with demand: swarm scale rehearses the notice.`,
      ];
};

/** Sources of the prices, and which of them are not verified. */
export const sourceTable = ({ book, estimate }: CostView): TableData => ({
  head: ['prices', 'read', 'source', 'address'],
  rows: [
    row('LiveKit Cloud', book.livekitCloud.source),
    ...estimate.selfHosted.flatMap(({ provider }) => {
      const prices = book.providers[provider];
      if (prices === undefined) return [];
      const { region, machines, traffic, services } = prices;
      return [
        row(`${provider} machines, ${region}`, machines.source),
        row(`${provider} traffic`, traffic.source),
        ...Object.entries(services).map(([name, { source }]) => row(`${provider} ${name}`, source)),
      ];
    }),
  ],
  left: [0, 1, 2, 3],
});

const TRUST = {
  vendor: 'read at the vendor',
  reported: 'as reported by others',
  assumed: 'assumed, not verified',
} as const satisfies Record<Source['trust'], string>;

const row = (prices: string, { url, read, trust }: Source): string[] => [
  prices,
  read,
  TRUST[trust],
  url,
];

/** Sources of the prices, one line each. */
export const sourceTexts = (view: CostView): string[] =>
  sourceTable(view).rows.map(
    ([prices, read, source, address]) => `${prices}: ${read}, ${source}; ${address}`,
  );
