import type { ConnectionHistory } from './connections.ts';
import type { RoomRecovery } from './recovery.ts';
import type { SubscriptionFacts } from './subscriptions.ts';

/**
 * What became of one room.
 * @param faultAt when the first fault was injected
 * @param registry rooms → node ids, as Redis says at the end; null: not known
 */
export const recoveryOfRoom = (
  room: string,
  members: readonly ConnectionHistory[],
  byListener: ReadonlyMap<string, readonly SubscriptionFacts[]>,
  controlGroup: boolean,
  faultAt: number | null,
  registry: Readonly<Record<string, string>> | null,
): RoomRecovery => {
  // Who was told that it is disconnected knows; a room falls apart among those who believe they are in it.
  const present = members.filter(({ joinedAt, disconnections }) => {
    const last = disconnections.at(-1);
    return joinedAt !== null && !(last?.state === 'disconnected' && last.toAt === null);
  });
  const hears = (listener: string, speaker: string): boolean =>
    (byListener.get(listener) ?? []).some(
      (pair) =>
        pair.publisher === speaker &&
        (pair.interruptions.length === 0 || pair.interruptions.at(-1)?.toAt !== null),
    );
  const partitions = partitionsOf(
    present.map(({ identity }) => identity),
    hears,
  );
  const withoutMedia = members.length > 1 && partitions.every(({ length }) => length === 1);
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
 * Circles of people who hear each other: two are in one circle when either hears the other, directly or by way of others. In order of size, largest first.
 * @param hears whether media of the second reaches the first
 */
const partitionsOf = (
  people: readonly string[],
  hears: (listener: string, speaker: string) => boolean,
): string[][] => {
  const unseen = new Set(people);
  const islands: string[][] = [];
  for (const first of people) {
    if (!unseen.delete(first)) continue;
    const island = [first];
    for (const member of island) {
      for (const other of [...unseen]) {
        if (!hears(member, other) && !hears(other, member)) continue;
        unseen.delete(other);
        island.push(other);
      }
    }
    islands.push(island.sort());
  }
  return islands.sort((a, b) => b.length - a.length);
};
