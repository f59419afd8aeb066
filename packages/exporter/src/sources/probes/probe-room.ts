import type { TokenEndpoint } from '@livekit-swarm/livekit';
import { RoomServiceClient } from 'livekit-server-sdk';
import { type ApiError, apiErrorOf, causeOf, statusOf } from '../../api-error.ts';

/** Address and keys of a room service. */
export interface RoomAccess {
  /** ws:// or wss:// */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** Asked for server and token of each participant. */
  tokenEndpoint?: TokenEndpoint | undefined;
}

/** Rooms of probes begin with this. */
export const ROOM_PREFIX = 'swarm-probe-';
/** The server closes an empty room after this, seconds. */
const EMPTY_SECONDS = 10;
const DEPARTURE_SECONDS = 5;

/** The SDK takes seconds and converts to whole milliseconds: eighths of a second convert exactly. */
const inEighths = (ms: number): number => Math.max(1, Math.floor(ms / 125)) / 8;

const client = ({ url, apiKey, apiSecret }: RoomAccess, timeoutMs: number): RoomServiceClient =>
  new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret, {
    requestTimeout: inEighths(timeoutMs),
    failover: false,
  });

export interface Made {
  /** What kept it from being made. */
  trouble: ApiError | null;
  /** An answer that got lost may have been a yes. */
  exists: 'yes' | 'no' | 'perhaps';
}

/**
 * Makes a room for two, which does not last without them.
 * @param nodeId the node to put it on; null: whichever the deployment chooses
 */
export const createProbeRoom = async (
  access: RoomAccess,
  name: string,
  nodeId: string | null,
  timeoutMs: number,
): Promise<Made> => {
  try {
    await client(access, timeoutMs).createRoom({
      name,
      emptyTimeout: EMPTY_SECONDS,
      departureTimeout: DEPARTURE_SECONDS,
      maxParticipants: 2,
      ...(nodeId === null ? {} : { nodeId }),
    });
    return { trouble: null, exists: 'yes' };
  } catch (error) {
    return { trouble: apiErrorOf(error), exists: saidNo(error) ? 'no' : 'perhaps' };
  }
};

/** @returns the error; null also when the room no longer exists */
export const deleteProbeRoom = async (
  access: RoomAccess,
  name: string,
  timeoutMs: number,
): Promise<ApiError | null> => {
  try {
    await client(access, timeoutMs).deleteRoom(name);
    return null;
  } catch (error) {
    return isNotFound(error) ? null : apiErrorOf(error);
  }
};

const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'not_found';

/** Error of a connection that was never established. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|bad port|CERT_|ERR_TLS_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_)/;

/** Whether the request was refused, or cannot have arrived. */
const saidNo = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === null ? NEVER_CONNECTED.test(causeOf(error)) : status < 500;
};
