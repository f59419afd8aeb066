import type { CostEstimate, PriceBook, SelfHostedRules } from '@livekit-swarm/cost';

/** An assumption of an estimate where no file states the fact. */
export type LoadAssumption =
  | { type: 'around_the_clock'; perMonth: number }
  | { type: 'peak_to_mean' }
  | { type: 'packets' }
  | { type: 'session'; ms: number };

/** An estimate, with what it was made of. */
export interface CostView {
  load: { name: string; assumptions: readonly LoadAssumption[] };
  estimate: CostEstimate;
  rules: SelfHostedRules;
  book: PriceBook;
}

/** Changes with what is incompatible only: fields may be added under the same name. */
const COST_SCHEMA = 'livekit-swarm/cost/1';

/** What `swarm cost --json` prints. USD a month, GB of 1,000 MB. */
export const costObject = ({ load, estimate, rules, book }: CostView): object => {
  const { hours: _, ...usage } = estimate.usage;
  return {
    schema: COST_SCHEMA,
    load: load.name,
    currency: 'USD',
    usage,
    cloud: estimate.cloud,
    selfHosted: estimate.selfHosted,
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
          return prices === undefined
            ? []
            : [[provider, { machines: prices.machines.source, traffic: prices.traffic.source }]];
        }),
      ),
    },
  };
};
