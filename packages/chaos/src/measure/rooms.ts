import { type ConnectionHistory, leftAtOf } from './connections.ts';
import type { RoomRecovery } from './recovery.ts';
import type { SubscriptionFacts } from './subscriptions.ts';

/** Time before a room closes within which its participants leave, ms. */
const CLOSING_MS = 5_000;

/**
 * State of one room at the end.
 * @param faultAt time of the first injection
 * @param registry node ID by room, as in Redis at the end; null: unknown
 */
export const recoveryOfRoom = (
  room: string,
  members: readonly ConnectionHistory[],
  bySubscriber: ReadonlyMap<string, readonly SubscriptionFacts[]>,
  controlGroup: boolean,
  faultAt: number | null,
  registry: Readonly<Record<string, string>> | null,
): RoomRecovery => {
  const closedAt = Math.max(0, ...members.map(({ leftAt }) => leftAt ?? 0));
  // Participants that left before the room closed are not there at the end: without them, the
  // others may have nothing to receive.
  const atEnd = members.filter((one) => leftAtOf(one) >= closedAt - CLOSING_MS);
  // Only participants that appear connected count for a split: a disconnected one has detected its
  // state.
  const present = atEnd.filter(({ joinedAt, disconnections }) => {
    const last = disconnections.at(-1);
    return joinedAt !== null && !(last?.state === 'disconnected' && last.toAt === null);
  });
  const identities = new Set(atEnd.map(({ identity }) => identity));
  // Participants that neither send media nor receive any belong to no partition.
  const involved = new Set(
    atEnd
      .flatMap(({ identity }) => bySubscriber.get(identity) ?? [])
      .filter(({ publisher }) => identities.has(publisher))
      .flatMap(({ subscriber, publisher }) => [subscriber, publisher]),
  );
  const receives = (subscriber: string, publisher: string): boolean =>
    (bySubscriber.get(subscriber) ?? []).some(
      (subscription) =>
        subscription.publisher === publisher &&
        (subscription.interruptions.length === 0 ||
          subscription.interruptions.at(-1)?.toAt !== null),
    );
  const partitions = partitionsOf(
    present.flatMap(({ identity }) => (involved.has(identity) ? [identity] : [])),
    receives,
  );
  const withoutMedia = involved.size > 1 && partitions.every(({ length }) => length === 1);
  const nodesAfter = unique(present.flatMap(({ nodes }) => nodes.at(-1)?.node ?? []));
  return {
    room,
    controlGroup,
    nodesBefore: unique(
      members.flatMap(
        ({ nodes }) => nodes.findLast(({ at }) => faultAt === null || at <= faultAt)?.node ?? [],
      ),
    ),
    nodesAfter,
    withoutMedia,
    partitions,
    splitBrain: !withoutMedia && partitions.length > 1,
    registryConsistent:
      registry === null || nodesAfter.length === 0
        ? null
        : nodesAfter.every((node) => node === registry[room]),
  };
};

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/**
 * Groups of participants between which media flows, in either direction, directly or through
 * others; the largest first.
 * @param receives returns true when media of the second participant reaches the first
 */
const partitionsOf = (
  identities: readonly string[],
  receives: (subscriber: string, publisher: string) => boolean,
): string[][] => {
  const unseen = new Set(identities);
  const partitions: string[][] = [];
  for (const first of identities) {
    if (!unseen.delete(first)) continue;
    const partition = [first];
    for (const member of partition) {
      for (const other of [...unseen]) {
        if (!receives(member, other) && !receives(other, member)) continue;
        unseen.delete(other);
        partition.push(other);
      }
    }
    partitions.push(partition.sort());
  }
  return partitions.sort((a, b) => b.length - a.length);
};
