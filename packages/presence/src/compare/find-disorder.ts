import type { DeliveredEvent } from '../webhooks/deliveries.ts';
import { type Finding, type OrderClock, subjectOf } from './finding.ts';

/**
 * Finds events of a room that arrived after one that follows from them, or are dated later. Each is
 * found once, whatever the number of events it should have preceded.
 * @param events of one life of a room (one sid), in the order of their arrivals
 */
export const findDisorder = (events: readonly DeliveredEvent[]): Finding[] => {
  // A room may have thousands of participants: events of others are not compared one by one.
  const bySid = Map.groupBy(events, ({ participant }) => participant?.sid);
  const finishes = events.filter(({ event }) => event === 'room_finished');
  const related = ({ event, participant }: DeliveredEvent): readonly DeliveredEvent[] => {
    if (event === 'room_started') return events;
    return participant === null ? finishes : [...(bySid.get(participant.sid) ?? []), ...finishes];
  };
  return events.flatMap((late): Finding[] => {
    const followers = related(late).filter((other) => other !== late && mustPrecede(late, other));
    const arrived = followers.find(({ atMs }) => atMs < late.atMs);
    const created = followers.find(({ createdAt }) => createdAt < late.createdAt);
    const after = arrived ?? created;
    if (after === undefined) return [];
    const by: OrderClock =
      arrived === undefined ? 'creation' : created === undefined ? 'arrival' : 'both';
    return [{ code: 'out_of_order', atMs: late.atMs, after: after.event, by, ...subjectOf(late) }];
  });
};

/** Check whether an event is the cause of another, or of the life in which the other happens. */
const mustPrecede = (first: DeliveredEvent, second: DeliveredEvent): boolean => {
  if (first.event === 'room_started' || second.event === 'room_finished')
    return first.event !== second.event;
  if (first.participant === null || first.participant.sid !== second.participant?.sid) return false;
  if (first.event === 'participant_joined') return isEnd(second);
  return (
    first.event === 'track_published' &&
    second.event === 'track_unpublished' &&
    first.track?.sid === second.track?.sid
  );
};

export const isEnd = ({ event }: DeliveredEvent): boolean =>
  event === 'participant_left' || event === 'participant_connection_aborted';
