import { Sketch } from '@livekit-swarm/metrics';
import { PRESENCE_EVENTS, type PresenceEvent } from '../webhooks/webhook-fact.ts';

/** Counts of one kind of event. */
export interface EventRow {
  event: PresenceEvent;
  /** Times that it should have been reported. */
  due: number;
  reported: number;
  /** Further deliveries, and further events about the same. */
  again: number;
  /** Delay from the moment at which the participant knew it until the first delivery arrived. */
  delay: Sketch;
}

/** Counts and delays of each kind of event. */
export class EventTally {
  readonly #rows = new Map<PresenceEvent, EventRow>();

  add(
    event: PresenceEvent,
    one: { isDue: boolean; isReported: boolean; again: number; delayMs: number | null },
  ): void {
    const row = this.#rows.get(event) ?? {
      ...{ event, due: 0, reported: 0, again: 0, delay: new Sketch() },
    };
    this.#rows.set(event, row);
    if (one.isDue) row.due++;
    if (one.isReported) row.reported++;
    row.again += one.again;
    if (one.delayMs !== null) row.delay.add(one.delayMs);
  }

  /** Rows of events that should have been reported, in the order of a life. */
  get rows(): EventRow[] {
    return PRESENCE_EVENTS.flatMap((event) => this.#rows.get(event) ?? []).filter(
      ({ due }) => due > 0,
    );
  }
}
