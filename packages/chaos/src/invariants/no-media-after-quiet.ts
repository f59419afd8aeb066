import type { CallFacts } from './call-facts.ts';
import { QUIET_MS, type Violation } from './invariant.ts';

/**
 * Rooms in which a subscription did not flow at the end, after at least `QUIET_MS` without faults. A
 * participant that gave up, and of which no application joins again, has no subscription.
 */
export const noMediaAfterQuiet = ({
  participants,
  subscriptions,
  quietFrom,
  rejoins,
  endAt,
}: CallFacts): Violation[] => {
  if (quietFrom === null || endAt - quietFrom < QUIET_MS) return [];
  const gaveUp = new Set(
    participants
      .filter(({ disconnections }) => {
        const last = disconnections.at(-1);
        return last?.state === 'disconnected' && last.toAt === null;
      })
      .map(({ identity }) => identity),
  );
  const lost = subscriptions.filter(
    ({ interruptions, subscriber, publisher }) =>
      interruptions.at(-1)?.toAt === null &&
      (rejoins || !(gaveUp.has(subscriber) || gaveUp.has(publisher))),
  );
  return [...Map.groupBy(lost, ({ room }) => room)].map(
    ([room, some]): Violation => ({
      invariant: 'no_media_after_quiet',
      room,
      participants: [...new Set(some.map(({ subscriber }) => subscriber))].sort(),
      fromAt: Math.min(...some.map(({ interruptions }) => interruptions.at(-1)?.fromAt ?? endAt)),
      toAt: null,
    }),
  );
};
