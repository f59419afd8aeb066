import type { CallFacts } from './call-facts.ts';
import type { Violation } from './invariant.ts';

/**
 * Tracks that participants received of publishers of another room. A publisher that is not in the
 * record, such as an agent in the room, is not judged.
 */
export const tracksOfAnotherRoom = ({ participants, receivedFrom }: CallFacts): Violation[] => {
  const roomOf = new Map(participants.map(({ identity, room }) => [identity, room]));
  return [...receivedFrom].flatMap(([identity, publishers]) => {
    const room = roomOf.get(identity);
    if (room === undefined) return [];
    return [...publishers]
      .filter(([publisher]) => (roomOf.get(publisher) ?? room) !== room)
      .map(
        ([publisher, at]): Violation => ({
          invariant: 'track_of_another_room',
          room,
          participants: [identity],
          publisher,
          fromAt: at,
          toAt: null,
        }),
      );
  });
};

/** Tracks that participants received twice at the same time, once for each of both. */
export const tracksDeliveredTwice = ({ participants, duplicates }: CallFacts): Violation[] => {
  const roomOf = new Map(participants.map(({ identity, room }) => [identity, room]));
  return duplicates
    .filter(({ isPlanned }) => !isPlanned)
    .map(
      ({ at, subscriber, publisher }): Violation => ({
        invariant: 'track_delivered_twice',
        room: roomOf.get(subscriber) ?? '',
        participants: [subscriber],
        publisher,
        fromAt: at,
        toAt: null,
      }),
    );
};
