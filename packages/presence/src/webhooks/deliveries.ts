import type { WebhookFact } from './webhook-fact.ts';

/** An event with every delivery of it. */
export interface DeliveredEvent extends WebhookFact {
  /** Arrivals of further deliveries, ms after the start of the run. */
  againAtMs: readonly number[];
}

/** Joins the deliveries of each event, in the order of their first arrivals. */
export const joinDeliveries = (webhooks: readonly WebhookFact[]): DeliveredEvent[] => {
  const byId = Map.groupBy(
    webhooks.toSorted((a, b) => a.atMs - b.atMs),
    ({ id }) => id,
  );
  return [...byId.values()].flatMap(([first, ...again]) =>
    first === undefined ? [] : [{ ...first, againAtMs: again.map(({ atMs }) => atMs) }],
  );
};
