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
