import type { PriceBook } from '@livekit-swarm/cost';
import { finiteDeep } from '../format.ts';
import { jsonText } from '../json-text.ts';
import type { CostView } from './cost-view.ts';

/** Schema of an estimate. Its version changes only with incompatible fields; fields may be added. */
const COST_SCHEMA = 'livekit-swarm/cost/1';

const MILLION = 1_000_000;

/** Rounds to six decimals. Six significant digits, as elsewhere, would lose cents of large sums. */
const toMillionths = (value: number): number => Math.round(value * MILLION) / MILLION;

const sourcesOf = ({ machines, traffic, services }: PriceBook['providers'][string]) => ({
  machines: machines.source,
  traffic: traffic.source,
  services: Object.fromEntries(
    Object.entries(services).map(([name, { source }]) => [name, source]),
  ),
});

/** The JSON of `swarm cost`. Amounts are in USD a month, GB are 1,000 MB. */
export const renderCostJson = ({ load, estimate, rules, book }: CostView): string => {
  const { hours: _, ...usage } = estimate.usage;
  const object = {
    schema: COST_SCHEMA,
    load: load.name,
    currency: 'USD',
    usage,
    cloud: estimate.cloud,
    selfHosted: estimate.selfHosted,
    hls: estimate.hls,
    breakEven: estimate.breakEven,
    nodes: estimate.nodes,
    quality: estimate.quality,
    savings: estimate.savings,
    rules,
    assumptions: load.assumptions,
    sources: {
      livekitCloud: book.livekitCloud.source,
      ...Object.fromEntries(
        estimate.selfHosted.flatMap(({ provider }) => {
          const prices = book.providers[provider];
          return prices === undefined ? [] : [[provider, sourcesOf(prices)]];
        }),
      ),
    },
  };
  return jsonText(finiteDeep(object, toMillionths));
};
