import {
  type ApiError,
  type ApiTarget,
  apiErrorOf,
  causeOf,
  roomServiceOf,
  statusOf,
  type TokenEndpoint,
} from '@livekit-swarm/livekit';

/** Address and keys of a room service. */
export interface RoomAccess extends ApiTarget {
  /** The API cannot be used: the server makes a room when the first participant joins, and closes it when it is empty. */
  withoutApi?: boolean;
  /** Asked for server and token of each participant. */
  tokenEndpoint?: TokenEndpoint | undefined;
}

/** Rooms of probes begin with this. */
export const ROOM_PREFIX = 'swarm-probe-';
/** The server closes an empty room after this, seconds. */
const EMPTY_SECONDS = 10;
const DEPARTURE_SECONDS = 5;

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
  if (access.withoutApi === true) return { trouble: null, exists: 'no' };
  try {
    const client = await roomServiceOf(access, timeoutMs / 1_000);
    await client.createRoom({
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
  if (access.withoutApi === true) return null;
  try {
    const client = await roomServiceOf(access, timeoutMs / 1_000);
    await client.deleteRoom(name);
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
