import type { ClusterFacts } from '@livekit-swarm/lab';
import { expandPlan } from '@livekit-swarm/scenario';
import { type SmallCrowd, scenarioOfCrowd } from '@livekit-swarm/testkit/small-load';
import { RoomServiceClient } from 'livekit-server-sdk';

/** Nobody has come after this long, and the server closes the room. */
const EMPTY_SECONDS = 60;

/**
 * Makes the rooms of a crowd that is about to come, on these nodes in turn: which node a room is put on is the deployment's choice, but for a room
 * that is there already.
 * @param nodeIds as the nodes call themselves
 */
export const putRooms = async (
  { httpUrl, apiKey, apiSecret }: Pick<ClusterFacts, 'httpUrl' | 'apiKey' | 'apiSecret'>,
  nodeIds: readonly string[],
  { name, load }: Pick<SmallCrowd, 'name' | 'load'>,
): Promise<void> => {
  const service = new RoomServiceClient(httpUrl, apiKey, apiSecret);
  const rooms = new Set(
    expandPlan(scenarioOfCrowd(load), name).participants.map(({ room }) => room),
  );
  for (const [index, room] of [...rooms].entries()) {
    const nodeId = nodeIds[index % nodeIds.length];
    if (nodeId === undefined) throw new Error('rooms are put on one node at least');
    await service.createRoom({ name: room, nodeId, emptyTimeout: EMPTY_SECONDS });
  }
};
