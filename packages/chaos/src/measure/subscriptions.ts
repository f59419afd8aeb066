import type { EventLine } from '@livekit-swarm/record';
import { ACTION_SOURCES, type ActionSource } from '@livekit-swarm/scenario';
import { publishedSources, receivedSources, sourceOfEvent } from '../drill/expected-media.ts';
import { type ConnectionHistory, leftAtOf } from './connections.ts';
import type { SubscriptionRecovery } from './recovery.ts';
import type { RoleOf } from './roles.ts';

/** Span without media, ms after the run's start; `toAt` null: it did not end. */
export interface Interruption {
  fromAt: number;
  toAt: number | null;
}

/** A publication of one participant at one subscriber. */
export interface SubscriptionHistory {
  subscriber: string;
  publisher: string;
  source: ActionSource;
  /** Arrival of the first packet; null: none was received. */
  startedAt: number | null;
  /** Interruptions in order; only the last can be open. */
  interruptions: Interruption[];
}

export interface Interruptions {
  add(event: EventLine): void;
  of(subscriber: string, publisher: string, source: ActionSource): SubscriptionHistory;
  /** Sources of a publisher that a subscriber has received. */
  receivedSources(subscriber: string, publisher: string): ActionSource[];
  /** Times of the first event of each publisher, ms, by subscriber. */
  receivedFrom(): Map<string, Map<string, number>>;
}

/**
 * Collects the times at which media of each subscription stopped and resumed, from the subscribers'
 * events.
 */
export const createInterruptions = (): Interruptions => {
  const subscriptions = new Map<string, SubscriptionHistory>();
  const receivedFrom = new Map<string, Map<string, number>>();
  const keyOf = (subscriber: string, publisher: string, source: ActionSource): string =>
    `${source} ${subscriber} ${publisher}`;
  const of: Interruptions['of'] = (subscriber, publisher, source) => {
    const key = keyOf(subscriber, publisher, source);
    const known = subscriptions.get(key);
    if (known !== undefined) return known;
    const created = { subscriber, publisher, source, startedAt: null, interruptions: [] };
    subscriptions.set(key, created);
    return created;
  };
  return {
    of,
    receivedFrom: () => receivedFrom,
    receivedSources: (subscriber, publisher) =>
      ACTION_SOURCES.filter((source) => subscriptions.has(keyOf(subscriber, publisher, source))),
    add: (line) => {
      const { event, at, identity, publisher, kind, durationMs = 0 } = line;
      if (identity === undefined || publisher === undefined || kind === undefined) return;
      const publishers = receivedFrom.get(identity) ?? new Map<string, number>();
      receivedFrom.set(identity, publishers);
      if (!publishers.has(publisher)) publishers.set(publisher, at);
      const subscription = of(identity, publisher, sourceOfEvent(line));
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
export interface SubscriptionFacts extends Omit<SubscriptionRecovery, 'interruptions'> {
  interruptions: readonly Interruption[];
  /** First packet, or the time from which both were in the room, until the first of them left. */
  span: { fromAt: number; toAt: number };
}

/** Time before a fault within which the last packet may have arrived, ms. */
const BEFORE_MS = 500;

export type FaultTimes = readonly { injectedAt: number }[];

/** Times of a drill, ms after the start of its run. */
interface Times {
  faults: FaultTimes;
  /** Start of the window `recovery`; 0: unknown. */
  recoveryFromMs: number;
  /** Last line of the record. */
  endAt: number;
}

/**
 * Subscriptions of a room, one for each publication that a subscriber must receive, or has
 * received.
 */
export const subscriptionsOf = (
  members: readonly ConnectionHistory[],
  roleOf: RoleOf,
  histories: Interruptions,
  times: Times,
): SubscriptionFacts[] =>
  members.flatMap((subscriber) => {
    const role = roleOf(subscriber);
    const receives = role === null ? null : receivedSources(role);
    return members.flatMap((publisher) => {
      if (publisher === subscriber) return [];
      const published = roleOf(publisher);
      const areTogether = togetherMs(subscriber, publisher, times) > START_WITHIN_MS;
      const must = published === null || !areTogether ? [] : publishedSources(published);
      const sources = new Set([
        ...must.filter((source) => receives?.has(source)),
        ...histories.receivedSources(subscriber.identity, publisher.identity),
      ]);
      return [...sources].map((source): SubscriptionFacts => {
        const history = histories.of(subscriber.identity, publisher.identity, source);
        const interruptions = allInterruptions(history, subscriber, publisher, times);
        return {
          room: subscriber.room,
          subscriber: subscriber.identity,
          publisher: publisher.identity,
          kind: source === 'audio' ? 'audio' : 'video',
          ...(source === 'screen' && { source }),
          interruptions,
          span: {
            fromAt: history.startedAt ?? Math.max(presentFrom(subscriber), presentFrom(publisher)),
            toAt: Math.min(leftAtOf(subscriber), leftAtOf(publisher)),
          },
          ...recoveryOf(interruptions, times.faults),
        };
      });
    });
  });

/**
 * Time before its publisher's leave from which a lack of media is part of the leave, ms: the last
 * packet may have arrived earlier.
 */
const LEAVING_MS = 1_000;

/**
 * Interruptions of a subscription. One that lasts until a planned leave before the window
 * `recovery` ends with the leave: it could not recover by then.
 */
const allInterruptions = (
  history: SubscriptionHistory,
  subscriber: ConnectionHistory,
  publisher: ConnectionHistory,
  times: Times,
): Interruption[] => {
  const all = completed(history, subscriber, publisher, times);
  const last = all.at(-1);
  if (last?.toAt !== null) return all;
  const leftEarly = [subscriber, publisher]
    .filter((one) => leftBeforeRecovery(one, times))
    .map(leftAtOf);
  return leftEarly.length === 0
    ? all
    : [...all.slice(0, -1), { ...last, toAt: Math.max(last.fromAt, Math.min(...leftEarly)) }];
};

/** Returns true for a leave as planned; a run that was stopped ends all stays earlier. */
const leftBeforeRecovery = (
  { leftAt, planned }: ConnectionHistory,
  { recoveryFromMs, endAt }: Times,
): boolean =>
  planned !== null &&
  planned.leaveAtMs < Math.min(recoveryFromMs, endAt) &&
  (leftAt === null || leftAt >= planned.leaveAtMs - LEAVING_MS);

/**
 * Adds interruptions that a subscriber cannot report (a final disconnection of either side, media
 * that never started), and omits those that a planned leave, the end of a publication or the end of
 * the run caused.
 */
const completed = (
  { source, interruptions, startedAt }: SubscriptionHistory,
  subscriber: ConnectionHistory,
  publisher: ConnectionHistory,
  times: Times,
): Interruption[] => {
  const endsAt = Math.min(leftAtOf(subscriber), leftAtOf(publisher));
  const hasLeft = (fromAt: number): boolean => fromAt >= leftAtOf(publisher) - LEAVING_MS;
  const reported = interruptions.filter(
    ({ fromAt, toAt }) =>
      fromAt < endsAt &&
      !(toAt === null && hasLeft(fromAt)) &&
      !endsPublication(publisher, source, fromAt),
  );
  if (reported.at(-1)?.toAt === null) return reported;
  const disconnectedAt = [subscriber, publisher].flatMap(({ disconnections }) => {
    const last = disconnections.at(-1);
    return last?.state === 'disconnected' && last.toAt === null ? [last.fromAt] : [];
  });
  const fromAt = Math.min(...disconnectedAt);
  const bothPresentAt = Math.max(presentFrom(subscriber), presentFrom(publisher));
  // A participant that had left before, or came later, did not lose the media of the other.
  if (fromAt < endsAt && bothPresentAt < endsAt)
    return [...reported, { fromAt: Math.max(fromAt, bothPresentAt), toAt: null }];
  const areTogether = togetherMs(subscriber, publisher, times) > START_WITHIN_MS;
  return startedAt === null && reported.length === 0 && areTogether
    ? [{ fromAt: bothPresentAt, toAt: null }]
    : reported;
};

/** Join of a participant; of one that could not join, its planned join. Infinite: unknown. */
const presentFrom = ({ joinedAt, planned }: ConnectionHistory): number =>
  joinedAt ?? planned?.joinAtMs ?? Number.POSITIVE_INFINITY;

/** Time for which two participants are, or should have been, in the room together, ms. */
const togetherMs = (
  subscriber: ConnectionHistory,
  publisher: ConnectionHistory,
  { endAt }: Times,
): number =>
  Math.min(leftAtOf(subscriber), leftAtOf(publisher), endAt) -
  Math.max(presentFrom(subscriber), presentFrom(publisher));

/** Times around the last packet at which the end of a publication is recorded, ms. */
const ENDED_BEFORE_MS = 1_000;
const ENDED_AFTER_MS = 3_000;

/** Returns true for the last packet of a publication that its publisher ended as planned. */
const endsPublication = (
  { unpublished }: ConnectionHistory,
  source: ActionSource,
  lastPacketAt: number,
): boolean =>
  unpublished.some(
    (ended) =>
      (ended.source === source || ended.source === null) &&
      ended.at >= lastPacketAt - ENDED_BEFORE_MS &&
      ended.at <= lastPacketAt + ENDED_AFTER_MS,
  );

/**
 * Time that two participants must have been in the room together before media counts as missing,
 * ms: joins of others take a moment.
 */
const START_WITHIN_MS = 5_000;

/** Longest interruption after the first fault, and the time to recover. */
export const recoveryOf = (
  interruptions: readonly Interruption[],
  faults: FaultTimes,
): Pick<
  SubscriptionRecovery,
  'lastPacketAt' | 'firstPacketAt' | 'interruptionMs' | 'timeToRecoverMs'
> => {
  const relevant = sinceFirstFault(interruptions, faults);
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

/** Interruptions that began, or lasted, after the first fault. */
export const sinceFirstFault = (
  interruptions: readonly Interruption[],
  faults: FaultTimes,
): Interruption[] => {
  const since = faults[0]?.injectedAt ?? Number.NEGATIVE_INFINITY;
  return interruptions.filter(({ toAt }) => toAt === null || toAt > since);
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
