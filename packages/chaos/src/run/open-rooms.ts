import { RoomServiceClient } from 'livekit-server-sdk';
import { ChaosError } from '../chaos-error.ts';
import type { DrillDeployment } from './deployment.ts';

const TIMEOUT_SECONDS = 10;

/**
 * Opens the crowd's rooms before anybody joins, so that each is on one node. livekit-server can give two copies of a room to the first who come at the same
 * moment through different nodes: a fault of its own (see chaos/twins.yaml), and none that a drill on something else should trip over.
 * Rooms close by themselves when they are empty.
 * @throws ChaosError `no-rooms`
 */
export const openRooms = async (
  { url, apiKey, apiSecret }: Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
  rooms: readonly string[],
): Promise<void> => {
  const service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, { requestTimeout: TIMEOUT_SECONDS });
  try {
    for (const name of rooms) await service.createRoom({ name });
  } catch (error) {
    throw new ChaosError(
      'no-rooms',
      `the rooms of the drill cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
      'is the deployment up, and are these its keys?',
      { cause: error },
    );
  }
};
