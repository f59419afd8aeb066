import type { EventLine } from '@livekit-swarm/record';

/** A time without media, ms after the run's start; `toAt` null: it did not end. */
export interface Interruption {
  fromAt: number;
  toAt: number | null;
}

/** The media of one publisher at one subscriber. */
export interface SubscriptionHistory {
  subscriber: string;
  publisher: string;
  kind: 'audio' | 'video';
  /** First packet; null: none was received. */
  startedAt: number | null;
  /** In order; only the last can be open. */
  interruptions: Interruption[];
}

export interface Interruptions {
  add(event: EventLine): void;
  of(subscriber: string, publisher: string, kind: 'audio' | 'video'): SubscriptionHistory;
}

/** Keeps, for each subscription, when media stopped and resumed, from the subscribers' events. */
export const createInterruptions = (): Interruptions => {
  const subscriptions = new Map<string, SubscriptionHistory>();
  const of: Interruptions['of'] = (subscriber, publisher, kind) => {
    const key = `${kind} ${subscriber} ${publisher}`;
    const known = subscriptions.get(key);
    if (known !== undefined) return known;
    const created = { subscriber, publisher, kind, startedAt: null, interruptions: [] };
    subscriptions.set(key, created);
    return created;
  };
  return {
    of,
    add: ({ event, at, identity, publisher, kind, durationMs = 0 }) => {
      if (identity === undefined || publisher === undefined || kind === undefined) return;
      const subscription = of(identity, publisher, kind);
      const last = subscription.interruptions.at(-1);
      const open = last?.toAt === null ? last : undefined;
      if (event === 'media_started') subscription.startedAt ??= at;
      if (event === 'media_interrupted' && open === undefined)
        subscription.interruptions.push({ fromAt: at, toAt: null });
      if (event !== 'media_resumed') return;
      // It covers the whole interruption, whether its start was reported before or not.
      if (open === undefined)
        subscription.interruptions.push({ fromAt: at - durationMs, toAt: at });
      else open.toAt = at;
    },
  };
};
