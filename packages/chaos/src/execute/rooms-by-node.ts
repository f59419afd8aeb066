import { SwarmError } from '@livekit-swarm/settings';
import { RoomServiceClient } from 'livekit-server-sdk';
import type { DrillDeployment } from './deployment.ts';

const TIMEOUT_SECONDS = 10;

/**
 * Opens the crowd's rooms before anybody joins, so that each is on one node. livekit-server can give two copies of a room to the first who come at the same
 * moment through different nodes: a fault of its own (see chaos/twins.yaml), and none that a drill on something else should trip over.
 * Rooms close by themselves when they are empty.
 * @throws SwarmError `no-rooms`
 */
export const openRooms = async (
  { url, apiKey, apiSecret }: Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
  rooms: readonly string[],
): Promise<void> => {
  const service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, {
    requestTimeout: TIMEOUT_SECONDS,
  });
  try {
    for (const name of rooms) await service.createRoom({ name });
  } catch (error) {
    throw new SwarmError(
      'no_rooms',
      `the rooms of the drill cannot be opened at ${url}: ${sayError(error)}`,
      'is the deployment up, and are these its keys?',
      { cause: error },
    );
  }
};

/** `fetch failed` alone says nothing: why stands in its cause. */
const sayError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} (${cause.message || sayCode(cause)})` : message;
};

/** Of several addresses none answered: then only the code is the same for all. */
const sayCode = (error: Error): string => ('code' in error ? String(error.code) : error.name);
