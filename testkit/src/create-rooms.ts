import type { ClusterFacts } from '@livekit-swarm/lab';
import { expandPlan } from '@livekit-swarm/scenario';
import { RoomServiceClient } from 'livekit-server-sdk';
import { type SmallLoad, scenarioOfSmallLoad } from './small-load.ts';

/** Time after which the server closes a room that no participant joins, s. */
const EMPTY_SECONDS = 60;

/**
 * Creates the rooms of a load on these nodes in turn; otherwise the deployment would choose the
 * nodes.
 * @param nodeIds ids of the nodes
 */
export const createRooms = async (
  { httpUrl, apiKey, apiSecret }: Pick<ClusterFacts, 'httpUrl' | 'apiKey' | 'apiSecret'>,
  nodeIds: readonly string[],
  { name, load }: Pick<SmallLoad, 'name' | 'load'>,
): Promise<void> => {
  const service = new RoomServiceClient(httpUrl, apiKey, apiSecret);
  const rooms = new Set(
    expandPlan(scenarioOfSmallLoad(load), name).participants.map(({ room }) => room),
  );
  for (const [index, room] of [...rooms].entries()) {
    const nodeId = nodeIds[index % nodeIds.length];
    if (nodeId === undefined) throw new Error('no node given');
    await service.createRoom({ name: room, nodeId, emptyTimeout: EMPTY_SECONDS });
  }
};
