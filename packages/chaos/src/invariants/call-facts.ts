import { type ConnectionHistory, leftAtOf } from '../measure/connections.ts';
import type { SubscriptionFacts } from '../measure/subscriptions.ts';
import { difference, type Span } from './spans.ts';

/** A publication that a participant received twice, as the engine reported it. */
export interface DuplicateFact {
  at: number;
  subscriber: string;
  publisher: string;
  /** True if its role publishes several tracks of that kind and source. */
  isPlanned: boolean;
}

/** Facts of a record by which invariants are checked. */
export interface CallFacts {
  /** All participants, join probes included. */
  participants: readonly ConnectionHistory[];
  /** Subscriptions of the load. */
  subscriptions: readonly SubscriptionFacts[];
  /** Publishers of which each participant received media, by its identity. */
  receivedFrom: ReadonlyMap<string, ReadonlyMap<string, number>>;
  duplicates: readonly DuplicateFact[];
  /** Injections and rollbacks, ms. */
  faultTimes: readonly number[];
  /** Time since which no fault was active, ms; null: one was active until the end. */
  quietFrom: number | null;
  /** True if participants that give up join again, as an application would. */
  rejoins: boolean;
  /** Last line of the record. */
  endAt: number;
}

/** Times in which a participant was connected, by its own knowledge. */
export const connectedSpans = (participant: ConnectionHistory, endAt: number): Span[] => {
  const { joinedAt, disconnections } = participant;
  if (joinedAt === null) return [];
  const stay = { fromAt: joinedAt, toAt: Math.min(leftAtOf(participant), endAt) };
  return difference(
    [stay],
    disconnections.map(({ fromAt, toAt }) => ({ fromAt, toAt: toAt ?? Number.POSITIVE_INFINITY })),
  );
};

/** End of a span for a violation; null: the end of the record. */
export const endOf = ({ toAt }: Span, endAt: number): number | null =>
  toAt >= endAt - END_MS ? null : toAt;

/** Time before the last line within which everything ends, ms: participants leave one by one. */
const END_MS = 1_000;
