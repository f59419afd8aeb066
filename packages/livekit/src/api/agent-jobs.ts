import { type AgentDispatch, type JobState, JobStatus, RoomAgentDispatch } from '@livekit/protocol';
import type { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';

/** Job of a dispatch, which a worker has accepted: the server keeps no others. */
export interface AgentJob {
  /** State that the server reports: it may call the job of a dead agent running. */
  state: 'pending' | 'running' | 'ended' | 'failed';
  /** Identity of the agent in the room; empty before a worker accepted the job. */
  identity: string;
  workerId: string;
  error: string;
  /**
   * Time from the dispatch to the offer of the job to the worker that took it, by the server's
   * clock, ms; null: the server does not report it.
   */
  offeredAfterMs: number | null;
}

/** Dispatch of an agent to a room. */
export interface RoomDispatch {
  id: string;
  /** Empty: the dispatch of workers without a name, which every room has without another one. */
  agentName: string;
  jobs: AgentJob[];
}

/** Agents of a room, for its creation. */
export const agentsOfRoom = (agentName: string, metadata = ''): RoomAgentDispatch[] => [
  new RoomAgentDispatch({ agentName, metadata }),
];

/**
 * Create a room that gets this agent. An existing room gets none.
 * @param emptyTimeout time after which the room closes if no participant joins, s
 * @throws ApiRejection
 */
export const createRoomWithAgent = async (
  client: Pick<RoomServiceClient, 'createRoom'>,
  room: { name: string; agentName: string; metadata?: string; emptyTimeout: number },
): Promise<void> => {
  const { name, agentName, metadata = '', emptyTimeout } = room;
  await client.createRoom({ name, emptyTimeout, agents: agentsOfRoom(agentName, metadata) });
};

/** Read the dispatches of a room, with their jobs. @throws ApiRejection */
export const readDispatches = async (
  client: Pick<AgentDispatchClient, 'listDispatch'>,
  room: string,
): Promise<RoomDispatch[]> => (await client.listDispatch(room)).map(dispatchOf);

const dispatchOf = ({ id, agentName, state }: AgentDispatch): RoomDispatch => ({
  id,
  agentName,
  jobs: (state?.jobs ?? []).map(({ state: job }) => ({
    state: stateOf(job?.status),
    identity: job?.participantIdentity ?? '',
    workerId: job?.workerId ?? '',
    error: job?.error ?? '',
    offeredAfterMs: offeredAfter(state?.createdAt, job),
  })),
});

const NS_PER_MS = 1_000_000n;

/** Time of the offer: the server writes it into the job that it offers. */
const offeredAfter = (createdAt: bigint = 0n, job?: JobState): number | null => {
  const startedAt = job?.startedAt ?? 0n;
  if (createdAt === 0n || startedAt === 0n) return null;
  // Two nodes may have two clocks.
  return Math.max(0, Number((startedAt - createdAt) / NS_PER_MS));
};

const stateOf = (status: JobStatus | undefined): AgentJob['state'] => {
  switch (status) {
    case JobStatus.JS_RUNNING:
      return 'running';
    case JobStatus.JS_SUCCESS:
      return 'ended';
    case JobStatus.JS_FAILED:
      return 'failed';
    default:
      return 'pending';
  }
};
