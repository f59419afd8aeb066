import type { Plan } from '@livekit-swarm/scenario';
import { type BreakEven, breakEven } from './model/break-even.ts';
import { type CloudCost, cloudCosts } from './model/cloud.ts';
import { countNodes, nodesNeeded } from './model/nodes.ts';
import { type PlanQuality, planQuality } from './model/plan-quality.ts';
import { type SelfHostedCost, type SelfHostedRules, selfHostedCosts } from './model/self-hosted.ts';
import { hasVideo, VARIANTS, type Variant, variantOf } from './model/variants.ts';
import type { PriceBook } from './prices/schema.ts';
import type { Usage } from './usage/usage.ts';

/** What is to be estimated. */
export interface CostQuestion {
  book: PriceBook;
  usage: Usage;
  rules: SelfHostedRules;
  /** `aws` or `aws:c6i.xlarge`; none: all providers. */
  providers: readonly string[];
  /** With what each participant publishes, so that ways to send less can be compared. Null: not known. */
  traffic: { plan: Plan; usageOf(plan: Plan): Usage } | null;
}

/** What a load costs a month. All amounts in USD. */
export interface CostEstimate {
  usage: Usage;
  /** The cheapest first. */
  cloud: CloudCost[];
  /** The cheapest machine of each provider, the cheapest provider first. */
  selfHosted: SelfHostedCost[];
  /** Of the cheapest own machines. Null: no provider was asked for that the book has. */
  breakEven: BreakEven | null;
  /** Nodes of the cheapest own machines, hour by hour. */
  nodes: { label: string; participants: number; nodes: number }[];
  quality: PlanQuality | null;
  /** Ways to send less, each beside the load as it is. */
  savings: Saving[];
}

export interface Saving {
  variant: Variant;
  gbUp: number;
  gbDown: number;
  /** Of the cheapest plan or machines; null: none carries it. */
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
