import type { EventLine } from '@livekit-swarm/record';

/** A stretch without media, ms after the run's start; `toAt` null: it did not end. */
export interface Interruption {
  fromAt: number;
  toAt: number | null;
}

/** What one listener got of one publication of one speaker. */
export interface SubscriptionHistory {
  subscriber: string;
  publisher: string;
  kind: 'audio' | 'video';
  /** First packet at all; null: none came. */
  startedAt: number | null;
  /** In order; only the last can be open. */
  interruptions: Interruption[];
}

export interface Interruptions {
  add(event: EventLine): void;
  of(listener: string, speaker: string, kind: 'audio' | 'video'): SubscriptionHistory;
}

/** Keeps, for each ordered pair, when media stopped and came back, as the listeners' events say. */
export const createInterruptions = (): Interruptions => {
  const pairs = new Map<string, SubscriptionHistory>();
  const of: Interruptions['of'] = (subscriber, publisher, kind) => {
    const key = `${kind} ${subscriber} ${publisher}`;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    const made: SubscriptionHistory = {
      subscriber,
      publisher,
      kind,
      startedAt: null,
      interruptions: [],
    };
    pairs.set(key, made);
    return made;
  };
  return {
    of,
    add: ({ event, at, identity, publisher, kind, durationMs = 0 }) => {
      if (identity === undefined || publisher === undefined || kind === undefined) return;
      const pair = of(identity, publisher, kind);
      const last = pair.interruptions.at(-1);
      const open = last?.toAt === null ? last : undefined;
      if (event === 'media_started') pair.startedAt ??= at;
      if (event === 'media_interrupted' && open === undefined)
        pair.interruptions.push({ fromAt: at, toAt: null });
      if (event !== 'media_resumed') return;
      // It tells the whole silence: when the loss was told of before, with the same beginning.
      if (open === undefined) pair.interruptions.push({ fromAt: at - durationMs, toAt: at });
      else open.toAt = at;
    },
  };
};
