import type { RemotePublisher } from '@livekit-swarm/engine';
import type { HostLine } from '@livekit-swarm/record';
import type { Shard } from '@livekit-swarm/scenario';

/**
 * Publishers on other hosts in the rooms of a shard's participants. A room is split only if it does
 * not fit on one worker, so most shards have none.
 */
export const publishersElsewhere = (
  shard: number,
  shards: readonly Shard[],
  hosts: readonly Pick<HostLine, 'agent' | 'shards'>[],
): RemotePublisher[] => {
  if (hosts.length < 2) return [];
  const rooms = new Set(
    shards.flatMap((one) => (one.shard === shard ? one.participants.map(({ room }) => room) : [])),
  );
  return hosts
    .filter((host) => !host.shards.includes(shard))
    .flatMap(({ agent, shards: there }) =>
      shards
        .filter((one) => there.includes(one.shard))
        .flatMap(({ participants }) => participants)
        .filter(
          ({ room, publish, data, dataTracks }) =>
            rooms.has(room) && (publish.length + data.length > 0 || dataTracks !== undefined),
        )
        .map(({ identity, room, data }) => ({
          ...{ identity, room, agent },
          sendsData: data.length > 0,
        })),
    );
};
