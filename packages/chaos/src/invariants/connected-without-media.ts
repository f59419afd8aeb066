import type { SubscriptionFacts } from '../measure/subscriptions.ts';
import { type CallFacts, connectedSpans, endOf } from './call-facts.ts';
import { SILENT_MS, type Violation } from './invariant.ts';
import { difference, intersection, type Span, union } from './spans.ts';

/**
 * Participants that were connected, by their own knowledge, and received nothing for longer than
 * `SILENT_MS`, although another connected participant published for them all that time.
 */
export const connectedWithoutMedia = ({
  participants,
  subscriptions,
  endAt,
}: CallFacts): Violation[] => {
  const connected = new Map(
    participants.map((one) => [one.identity, connectedSpans(one, endAt)] as const),
  );
  const bySubscriber = Map.groupBy(subscriptions, ({ subscriber }) => subscriber);
  const silences = [...bySubscriber].flatMap(([identity, received]) => {
    const expected = union(
      received.flatMap((one) =>
        intersection([spanOf(one, endAt)], connected.get(one.publisher) ?? []),
      ),
    );
    const silent = difference(
      intersection(connected.get(identity) ?? [], expected),
      received.flatMap((one) => receivingSpans(one, endAt)),
    );
    const room = received[0]?.room ?? '';
    return silent
      .filter(({ fromAt, toAt }) => toAt - fromAt > SILENT_MS)
      .map((span): Silence => ({ ...span, room, identity }));
  });
  return [...Map.groupBy(silences, ({ room }) => room)].flatMap(([room, some]) =>
    union(some).map((span): Violation => {
      const affected = some.filter((silence) => intersection([silence], [span]).length > 0);
      return {
        invariant: 'connected_without_media',
        room,
        participants: [...new Set(affected.map(({ identity }) => identity))].sort(),
        fromAt: span.fromAt,
        toAt: endOf(span, endAt),
      };
    }),
  );
};

/** Time in which one participant was connected and received nothing. */
interface Silence extends Span {
  room: string;
  identity: string;
}

const spanOf = ({ span }: SubscriptionFacts, endAt: number): Span => ({
  fromAt: span.fromAt,
  toAt: Math.min(span.toAt, endAt),
});

const receivingSpans = (subscription: SubscriptionFacts, endAt: number): Span[] =>
  difference(
    [spanOf(subscription, endAt)],
    subscription.interruptions.map(({ fromAt, toAt }) => ({ fromAt, toAt: toAt ?? endAt })),
  );
