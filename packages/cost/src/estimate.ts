import type { Plan } from '@livekit-swarm/scenario';
import { type BreakEven, breakEven } from './model/break-even.ts';
import { type CloudCost, cloudCosts } from './model/cloud.ts';
import { type HlsDelivery, hlsDeliveries } from './model/hls-delivery.ts';
import { countNodes, nodesNeeded } from './model/nodes.ts';
import { type PlanQuality, planQuality } from './model/plan-quality.ts';
import { type SelfHostedCost, type SelfHostedRules, selfHostedCosts } from './model/self-hosted.ts';
import { hasVideo, VARIANTS, type Variant, variantOf } from './model/variants.ts';
import type { PriceBook } from './prices/schema.ts';
import type { Usage } from './usage/usage.ts';

/** Input of an estimate. */
export interface CostQuestion {
  book: PriceBook;
  usage: Usage;
  rules: SelfHostedRules;
  /** Providers or machines, such as `aws` or `aws:c6i.xlarge`; empty: all providers. */
  providers: readonly string[];
  /**
   * Plan with what each participant publishes, for comparing variants that send less. Null:
   * unknown.
   */
  traffic: { plan: Plan; usageOf(plan: Plan): Usage } | null;
}

/** Estimated cost of a load, USD per month. */
export interface CostEstimate {
  usage: Usage;
  /** LiveKit Cloud plans that allow the load, cheapest first. */
  cloud: CloudCost[];
  /** Cheapest machine of each provider, cheapest provider first. */
  selfHosted: SelfHostedCost[];
  /** Serving the HLS audience, on top of either; empty: there is none. */
  hls: HlsDelivery[];
  /**
   * Break-even of the cheapest own machines. Null: the book has none of the requested providers.
   */
  breakEven: BreakEven | null;
  /** Nodes of the cheapest own machines by hour. */
  nodes: { label: string; participants: number; nodes: number }[];
  quality: PlanQuality | null;
  /** Variants that send less, each compared with the unchanged load. */
  savings: Saving[];
}

export interface Saving {
  variant: Variant;
  gbUp: number;
  gbDown: number;
  /** Cost of the variant with the cheapest plan, USD per month; null: no plan allows the load. */
  cloud: number | null;
  selfHosted: number | null;
  quality: PlanQuality;
}

export const estimateCost = (question: CostQuestion): CostEstimate => {
  const { book, usage, rules, providers, traffic } = question;
  const selfHosted = selfHostedCosts(book, usage, rules, providers);
  const [best] = selfHosted;
  const machine = best && book.providers[best.provider]?.machines.types[best.machine];
  return {
    usage,
    cloud: cloudCosts(book, usage),
    selfHosted,
    hls: hlsDeliveries(book, usage, selfHosted),
    breakEven: best === undefined ? null : breakEven(book, best, usage, rules),
    nodes:
      machine === undefined
        ? []
        : usage.hours.map(({ label, ...load }) => ({
            label,
            participants: load.participants,
            nodes: countNodes(nodesNeeded(load, machine, rules), rules),
          })),
    quality: traffic === null ? null : planQuality(traffic.plan),
    savings: traffic === null || !hasVideo(traffic.plan) ? [] : savingsOf(question, traffic),
  };
};

const savingsOf = (
  { book, rules, providers }: CostQuestion,
  { plan, usageOf }: NonNullable<CostQuestion['traffic']>,
): Saving[] =>
  VARIANTS.map((variant) => {
    const varied = variantOf(plan, variant);
    const usage = usageOf(varied);
    return {
      variant,
      gbUp: usage.gbUp,
      gbDown: usage.gbDown,
      cloud: cloudCosts(book, usage)[0]?.total ?? null,
      selfHosted: selfHostedCosts(book, usage, rules, providers)[0]?.total ?? null,
      quality: planQuality(varied),
    };
  });
