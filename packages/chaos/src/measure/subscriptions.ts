import type { EventLine } from '@livekit-swarm/record';
import type { ConnectionHistory } from './connections.ts';
import type { SubscriptionRecovery } from './recovery.ts';

/** Span without media, ms after the run's start; `toAt` null: it did not end. */
export interface Interruption {
  fromAt: number;
  toAt: number | null;
}

/** Media of one publisher at one subscriber. */
export interface SubscriptionHistory {
  subscriber: string;
  publisher: string;
  kind: 'audio' | 'video';
  /** Arrival of the first packet; null: none was received. */
  startedAt: number | null;
  /** Interruptions in order; only the last can be open. */
  interruptions: Interruption[];
}

export interface Interruptions {
  add(event: EventLine): void;
  of(subscriber: string, publisher: string, kind: 'audio' | 'video'): SubscriptionHistory;
}

/**
 * Collects the times at which media of each subscription stopped and resumed, from the subscribers'
 * events.
 */
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
      // The event covers the whole interruption, even if its start was not reported before.
      if (open === undefined)
        subscription.interruptions.push({ fromAt: at - durationMs, toAt: at });
      else open.toAt = at;
    },
  };
};

/** A subscription and all its interruptions. */
export interface SubscriptionFacts extends SubscriptionRecovery {
  interruptions: readonly Interruption[];
}

/** Time before a fault within which the last packet may have arrived, ms. */
const BEFORE_MS = 500;

type FaultTimes = readonly { injectedAt: number }[];

/** Subscriptions of a room, one for each kind of media. */
export const subscriptionsOf = (
  members: readonly ConnectionHistory[],
  kinds: readonly ('audio' | 'video')[],
  histories: Interruptions,
  faults: FaultTimes,
): SubscriptionFacts[] =>
  members.flatMap((subscriber) =>
    members
      .filter((publisher) => publisher !== subscriber)
      .flatMap((publisher) =>
        kinds.map((kind): SubscriptionFacts => {
          const history = histories.of(subscriber.identity, publisher.identity, kind);
          const interruptions = allInterruptions(history, subscriber, publisher);
          return {
            room: subscriber.room,
            subscriber: subscriber.identity,
            publisher: publisher.identity,
            kind,
            interruptions,
            ...recoveryOf(interruptions, faults),
          };
        }),
      ),
  );

/**
 * Adds interruptions that a subscriber cannot report (a final disconnection of either side, media
 * that never started), and omits those that only the end of the run caused.
 */
const allInterruptions = (
  { interruptions, startedAt }: SubscriptionHistory,
  subscriber: ConnectionHistory,
  publisher: ConnectionHistory,
): Interruption[] => {
  const endsAt = Math.min(leftAtOf(subscriber), leftAtOf(publisher));
  const reported = interruptions.filter(({ fromAt }) => fromAt < endsAt);
  if (reported.at(-1)?.toAt === null) return reported;
  const disconnectedAt = [subscriber, publisher].flatMap(({ disconnections }) => {
    const last = disconnections.at(-1);
    return last?.state === 'disconnected' && last.toAt === null ? [last.fromAt] : [];
  });
  if (disconnectedAt.length > 0)
    return [...reported, { fromAt: Math.min(...disconnectedAt), toAt: null }];
  const bothJoinedAt = Math.max(
    subscriber.joinedAt ?? Number.POSITIVE_INFINITY,
    publisher.joinedAt ?? Number.POSITIVE_INFINITY,
  );
  return startedAt === null && reported.length === 0 && bothJoinedAt < endsAt
    ? [{ fromAt: bothJoinedAt, toAt: null }]
    : reported;
};

const leftAtOf = ({ leftAt }: ConnectionHistory): number => leftAt ?? Number.POSITIVE_INFINITY;

const recoveryOf = (
  interruptions: readonly Interruption[],
  faults: FaultTimes,
): Pick<
  SubscriptionRecovery,
  'lastPacketAt' | 'firstPacketAt' | 'interruptionMs' | 'timeToRecoverMs'
> => {
  const since = faults[0]?.injectedAt ?? Number.NEGATIVE_INFINITY;
  const relevant = interruptions.filter(({ toAt }) => toAt === null || toAt > since);
  if (relevant.length === 0)
    return { lastPacketAt: null, firstPacketAt: null, interruptionMs: 0, timeToRecoverMs: 0 };
  const longest = relevant.reduce((longest, one) =>
    lengthOf(one) > lengthOf(longest) ? one : longest,
  );
  const timesToRecover = relevant
    .filter((one, index) => isCausedByFault(one, relevant[index - 1], faults))
    .map((one) => (one.toAt ?? 0) - causedAt(one, faults));
  return {
    lastPacketAt: longest.fromAt,
    firstPacketAt: longest.toAt,
    interruptionMs: longest.toAt === null ? null : lengthOf(longest),
    timeToRecoverMs: relevant.some(({ toAt }) => toAt === null)
      ? null
      : Math.max(0, ...timesToRecover),
  };
};

/**
 * Longest interruption that is not attributed to the fault, if it is long after the recovery, ms.
 */
const SHORT_MS = 1_000;
const SETTLED_MS = 5_000;

const isCausedByFault = (
  interruption: Interruption,
  before: Interruption | undefined,
  faults: FaultTimes,
): boolean =>
  lengthOf(interruption) >= SHORT_MS ||
  interruption.fromAt - Math.max(before?.toAt ?? 0, causedAt(interruption, faults)) < SETTLED_MS;

const lengthOf = ({ fromAt, toAt }: Interruption): number =>
  (toAt ?? Number.POSITIVE_INFINITY) - fromAt;

/**
 * Time of the last injection before the interruption; without any fault, start of the interruption.
 */
const causedAt = ({ fromAt }: Interruption, faults: FaultTimes): number =>
  (faults.findLast(({ injectedAt }) => injectedAt <= fromAt + BEFORE_MS) ?? faults[0])
    ?.injectedAt ?? fromAt;
