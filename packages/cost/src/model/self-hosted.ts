import { dollars } from '../prices/price-book.ts';
import type { Machine, PriceBook, Provider } from '../prices/schema.ts';
import { tieredCost } from '../prices/tiers.ts';
import { HOURS_PER_MONTH, type Usage } from '../usage/usage.ts';
import { countNodes, type NodeRules, nodesNeeded } from './nodes.ts';

/** Assumptions about a month of self-hosting, in addition to machines. */
export interface SelfHostedRules extends NodeRules {
  /**
   * True if nodes start and stop with the load, hour by hour; false if the nodes of the busiest
   * hour run all month.
   */
  scaled: boolean;
  /**
   * TURN service that relays a share (0 … 1) of the traffic to participants. Null: LiveKit's own
   * TURN server, at no further price.
   */
  turn: { service: string; share: number } | null;
  /** Storage service for recordings; null: none. */
  storage: string | null;
  /** Cost of operating the deployment, USD per month. */
  staff: number;
}

/** Cost of a month on own machines, USD. */
export interface SelfHostedCost {
  provider: string;
  machine: string;
  /** Number of nodes in the busiest hour. */
  nodes: number;
  nodeHours: number;
  machines: number;
  traffic: number;
  turn: number;
  storage: number;
  /** Services of the provider beside machines and traffic. */
  services: number;
  staff: number;
  total: number;
}

/**
 * Cost of a month on one machine type.
 * @param exact counts fractions of nodes, for a curve without steps
 */
export const selfHostedCost = (
  book: PriceBook,
  { provider, machine }: { provider: string; machine: string },
  usage: Usage,
  rules: SelfHostedRules,
  exact = false,
): SelfHostedCost => {
  const offer = offerOf(book, provider, machine);
  const rate = dollars(book, offer.provider.currency);
  const nodesAt = usage.hours.map(({ hoursPerMonth, ...load }) => ({
    hoursPerMonth,
    nodes: countNodes(nodesNeeded(load, offer.machine, rules), rules, exact),
  }));
  const peak = Math.max(rules.minNodes, ...nodesAt.map(({ nodes }) => nodes));
  const nodeHours = rules.scaled ? scaledHours(nodesAt, rules.minNodes) : peak * HOURS_PER_MONTH;
  const machines = rate * machinesCost(offer.machine, peak, nodeHours);
  const billedGb = beyondIncluded(offer.machine, usage.gbDown, nodeHours);
  const traffic = rate * trafficPrice(offer.provider, billedGb);
  const turn = turnCost(book, rules.turn, usage.gbDown);
  const storage = storageCost(book, rules.storage, usage.recordedGb);
  const services = rate * servicesCost(offer.provider);
  const { staff } = rules;
  return {
    provider,
    machine,
    nodes: peak,
    nodeHours,
    machines,
    traffic,
    turn,
    storage,
    services,
    staff,
    total: machines + traffic + turn + storage + services + staff,
  };
};

export interface Offer {
  provider: Provider;
  machine: Machine;
}

/** @throws RangeError if the price book does not have the machine */
export const offerOf = ({ providers }: PriceBook, name: string, type: string): Offer => {
  const provider = providers[name];
  const machine = provider?.machines.types[type];
  if (provider === undefined || machine === undefined)
    throw new RangeError(`the price book has no ${name}:${type}`);
  return { provider, machine };
};

/**
 * Node hours of nodes that follow the load. In hours without load the least number of nodes runs.
 */
const scaledHours = (
  at: readonly { hoursPerMonth: number; nodes: number }[],
  minNodes: number,
): number => {
  const busy = at.reduce((sum, { hoursPerMonth }) => sum + hoursPerMonth, 0);
  const ofBusy = at.reduce((sum, { hoursPerMonth, nodes }) => sum + hoursPerMonth * nodes, 0);
  return ofBusy + Math.max(0, HOURS_PER_MONTH - busy) * minNodes;
};

/** Cost of machines: the lower of the hourly and the monthly price. */
const machinesCost = ({ hour, month }: Machine, peak: number, nodeHours: number): number => {
  const byHour = hour === undefined ? Number.POSITIVE_INFINITY : nodeHours * hour;
  const byMonth = month === undefined ? Number.POSITIVE_INFINITY : peak * month;
  return Math.min(byHour, byMonth);
};

const servicesCost = ({ services }: Provider): number =>
  Object.values(services).reduce(
    (sum, { month, hour = 0 }) => sum + (month ?? hour * HOURS_PER_MONTH),
    0,
  );

const GIB = 1.073741824;

/** Traffic beyond what machines include, GB. */
const beyondIncluded = ({ includedTraffic }: Machine, gb: number, nodeHours: number): number =>
  Math.max(0, gb - (includedTraffic * nodeHours) / HOURS_PER_MONTH);

/** Traffic of machines that their provider bills, GB. */
export const billedTraffic = (
  book: PriceBook,
  { provider, machine, nodeHours }: Pick<SelfHostedCost, 'provider' | 'machine' | 'nodeHours'>,
  gb: number,
): { provider: Provider; billedGb: number } => {
  const offer = offerOf(book, provider, machine);
  return { provider: offer.provider, billedGb: beyondIncluded(offer.machine, gb, nodeHours) };
};

/** Price of outgoing traffic, in the currency of the provider. */
export const trafficPrice = ({ traffic: { unit, tiers } }: Provider, gb: number): number =>
  tieredCost(tiers, unit === 'GiB' ? gb / GIB : gb);

const turnCost = (book: PriceBook, turn: SelfHostedRules['turn'], gb: number): number => {
  if (turn === null) return 0;
  const service = book.turn[turn.service];
  if (service === undefined) throw new RangeError(`the price book has no TURN of ${turn.service}`);
  return tieredCost(service.tiers, gb * turn.share);
};

const storageCost = (book: PriceBook, name: string | null, gb: number): number => {
  if (name === null) return 0;
  const service = book.storage[name];
  if (service === undefined) throw new RangeError(`the price book has no storage of ${name}`);
  return gb * service.month;
};

/** Machines of the book, or those requested: `aws`, or `aws:c6i.xlarge`. */
export const offersOf = (
  { providers }: PriceBook,
  wanted: readonly string[] = [],
): { provider: string; machine: string }[] =>
  Object.entries(providers).flatMap(([provider, { machines }]) =>
    Object.keys(machines.types)
      .filter(
        (machine) =>
          wanted.length === 0 ||
          wanted.includes(provider) ||
          wanted.includes(`${provider}:${machine}`),
      )
      .map((machine) => ({ provider, machine })),
  );

/** Cost of the cheapest machine of each provider, cheapest provider first. */
export const selfHostedCosts = (
  book: PriceBook,
  usage: Usage,
  rules: SelfHostedRules,
  wanted: readonly string[] = [],
): SelfHostedCost[] => {
  const all = offersOf(book, wanted).map((offer) => selfHostedCost(book, offer, usage, rules));
  return [...Map.groupBy(all, ({ provider }) => provider).values()]
    .flatMap((same) => same.sort(byTotal).slice(0, 1))
    .sort(byTotal);
};

const byTotal = (one: SelfHostedCost, other: SelfHostedCost): number => one.total - other.total;
