import type { ConnectionHistory } from './connections.ts';
import { islandsOf } from './partitions.ts';
import type { RoomRecovery } from './recovery.ts';
import type { PairFacts } from './subscriptions.ts';

/**
 * What became of one room.
 * @param faultAt when the first fault was injected
 * @param registry rooms → node ids, as Redis says at the end; null: not known
 */
export const recoveryOfRoom = (
  room: string,
  members: readonly ConnectionHistory[],
  byListener: ReadonlyMap<string, readonly PairFacts[]>,
  control: boolean,
  faultAt: number | null,
  registry: Readonly<Record<string, string>> | null,
): RoomRecovery => {
  // Who was told that it is disconnected knows; a room falls apart among those who believe they are in it.
  const present = members.filter(({ joinedAt, absences }) => {
    const last = absences.at(-1);
    return joinedAt !== null && !(last?.state === 'out' && last.toAt === null);
  });
  const hears = (listener: string, speaker: string): boolean =>
    (byListener.get(listener) ?? []).some(
      (pair) =>
        pair.speaker === speaker &&
        (pair.silences.length === 0 || pair.silences.at(-1)?.toAt !== null),
    );
  const islands = islandsOf(
    present.map(({ identity }) => identity),
    hears,
  );
  const lost = members.length > 1 && islands.every(({ length }) => length === 1);
  const nodesAfter = unique(present.flatMap(({ nodes }) => nodes.at(-1)?.node ?? []));
  return {
    room,
    control,
    nodesBefore: unique(
      members.flatMap(
        ({ nodes }) => nodes.findLast(({ at }) => faultAt === null || at <= faultAt)?.node ?? [],
      ),
    ),
    nodesAfter,
    lost,
    islands,
    splitBrain: !lost && islands.length > 1,
    registryAgrees:
      registry === null || nodesAfter.length === 0
        ? null
        : nodesAfter.every((node) => node === registry[room]),
  };
};

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
