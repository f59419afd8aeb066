import {
  type ApiError,
  type ApiTarget,
  agentsOfRoom,
  apiErrorOf,
  causeOf,
  roomServiceOf,
  statusOf,
  type TokenEndpoint,
} from '@livekit-swarm/livekit';

/** Address and keys of a room service. */
export interface RoomAccess extends ApiTarget {
  /**
   * True if the API cannot be used: the server then creates a room for the first participant, and
   * closes it when it is empty.
   */
  withoutApi?: boolean;
  /** Token endpoint that returns server and token for each participant. */
  tokenEndpoint?: TokenEndpoint | undefined;
}

/** Prefix of the names of probes' rooms. */
export const ROOM_PREFIX = 'swarm-probe-';
/** Time after which the server closes an empty room, seconds. */
const EMPTY_SECONDS = 10;
const DEPARTURE_SECONDS = 5;

export interface CreatedRoom {
  /** Error that prevented the creation; null if there was none. */
  failure: ApiError | null;
  /** Existence of the room. `perhaps`: the response was lost, so the server may have created it. */
  exists: 'yes' | 'no' | 'perhaps';
}

/** Participants of a room with an agent: a deployment may dispatch several to each room. */
const WITH_AGENTS = 5;

/**
 * Create a room for two participants, which the server closes soon after they have left.
 * @param nodeId node that is to hold the room; null: the deployment chooses one
 * @param agentName agent that the room gets; empty: those of workers without a name; null: none
 */
export const createProbeRoom = async (
  access: RoomAccess,
  name: string,
  nodeId: string | null,
  timeoutMs: number,
  agentName: string | null = null,
): Promise<CreatedRoom> => {
  if (access.withoutApi === true) return { failure: null, exists: 'no' };
  try {
    const client = await roomServiceOf(access, timeoutMs / 1_000);
    await client.createRoom({
      name,
      emptyTimeout: EMPTY_SECONDS,
      departureTimeout: DEPARTURE_SECONDS,
      maxParticipants: agentName === null ? 2 : WITH_AGENTS,
      ...(agentName ? { agents: agentsOfRoom(agentName) } : {}),
      ...(nodeId === null ? {} : { nodeId }),
    });
    return { failure: null, exists: 'yes' };
  } catch (error) {
    return { failure: apiErrorOf(error), exists: saidNo(error) ? 'no' : 'perhaps' };
  }
};

/**
 * Delete the room of a probe.
 * @returns the error; null if the room is deleted, or no longer exists
 */
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

/** Errors of a connection that was never established. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|bad port|CERT_|ERR_TLS_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_)/;

/** Check whether the server refused the request, or cannot have received it. */
const saidNo = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === null ? NEVER_CONNECTED.test(causeOf(error)) : status < 500;
};
