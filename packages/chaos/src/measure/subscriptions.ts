import type { ConnectionHistory } from './connections.ts';
import type { Interruption, Interruptions, SubscriptionHistory } from './interruptions.ts';
import type { SubscriptionRecovery } from './recovery.ts';

/** A subscription and every interruption of it. */
export interface SubscriptionFacts extends SubscriptionRecovery {
  interruptions: readonly Interruption[];
}

/** How long before a fault the last packet may have arrived. */
const BEFORE_MS = 500;

type FaultTimes = readonly { injectedAt: number }[];

/** Every subscription of a room, for each kind of media. */
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
 * Adds what a subscriber cannot report, a final disconnection of either side or media that never
 * started, and leaves out what only the end of the run interrupted.
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

/** A shorter interruption, long after media had recovered, is not attributed to the fault. */
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

/** Time of the last injection before the interruption; without any fault, its own start. */
const causedAt = ({ fromAt }: Interruption, faults: FaultTimes): number =>
  (faults.findLast(({ injectedAt }) => injectedAt <= fromAt + BEFORE_MS) ?? faults[0])
    ?.injectedAt ?? fromAt;
