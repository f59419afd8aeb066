import type { CostEstimate, PriceBook, SelfHostedRules } from '@livekit-swarm/cost';

/** An assumption of an estimate where no file states the fact. */
export type LoadAssumption =
  | { type: 'around_the_clock'; perMonth: number }
  | { type: 'peak_to_mean' }
  /** Minutes and peak follow from the users of a month. */
  | { type: 'users'; users: number; sessions: number; ms: number; peak: number }
  | { type: 'packets' }
  | { type: 'session'; ms: number };

/** An estimate, with what it was made of. */
export interface CostView {
  load: { name: string; assumptions: readonly LoadAssumption[] };
  estimate: CostEstimate;
  rules: SelfHostedRules;
  book: PriceBook;
}
