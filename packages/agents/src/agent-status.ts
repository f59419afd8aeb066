import { ParticipantInfo_Kind } from '@livekit/protocol';
import {
  ApiRejection,
  type ApiTarget,
  agentDispatchOf,
  apiErrorOf,
  type RoomDispatch,
  readDispatches,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import { readWorker, type WorkerFacts } from './worker-facts.ts';

/** A room that has a dispatch, or an agent. */
export interface RoomFacts {
  room: string;
  dispatches: RoomDispatch[];
  /** Identities of the agents in the room. */
  agents: string[];
  /** True if a dispatch of a named agent has led to no agent, neither now nor before. */
  waits: boolean;
  /** Sentence; null: the room was read. The node of a room may not answer. */
  problem: string | null;
}

export interface AgentStatus {
  rooms: RoomFacts[];
  workers: WorkerFacts[];
}

const TIMEOUT_SECONDS = 10;
/** Rooms that are read at the same time. */
const AT_ONCE = 20;

/**
 * Read dispatches and agents of all rooms from the API, and workers from their own pages. The
 * server lists no workers.
 * @param workers addresses of the health servers of workers: `http://10.0.0.7:8081`
 * @throws ApiRejection if the API rejects the key
 */
export const readAgentStatus = async (
  target: ApiTarget,
  workers: readonly string[],
): Promise<AgentStatus> => ({
  rooms: await readAgentRooms(target),
  workers: await Promise.all(workers.map((url) => readWorker({ url }))),
});

/**
 * Read dispatches and agents of all rooms from the API: two calls for each room.
 * @throws ApiRejection if the API rejects the key, or does not answer
 */
export const readAgentRooms = async (target: ApiTarget): Promise<RoomFacts[]> => {
  const [service, dispatcher] = await Promise.all([
    roomServiceOf(target, TIMEOUT_SECONDS),
    agentDispatchOf(target, TIMEOUT_SECONDS),
  ]);
  const names = (await service.listRooms()).map(({ name }) => name).toSorted();
  const rooms: RoomFacts[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const batch = names.slice(from, from + AT_ONCE);
    const read = await Promise.all(batch.map((name) => tryRoom(service, dispatcher, name)));
    rooms.push(...read.filter((room) => room !== null).filter(isShown));
  }
  return rooms;
};

const isShown = ({ dispatches, agents, problem }: RoomFacts): boolean =>
  dispatches.length + agents.length > 0 || problem !== null;

type Service = Awaited<ReturnType<typeof roomServiceOf>>;
type Dispatcher = Awaited<ReturnType<typeof agentDispatchOf>>;

/** HTTP status of a key that the API rejects, for all rooms alike. */
const KEY_REJECTED: ReadonlySet<number | null> = new Set([401, 403]);

/** Read a room. @returns null if it was closed since it was listed */
const tryRoom = async (
  service: Service,
  dispatcher: Dispatcher,
  room: string,
): Promise<RoomFacts | null> => {
  try {
    return await readRoom(service, dispatcher, room);
  } catch (error) {
    if (!(error instanceof ApiRejection) || KEY_REJECTED.has(error.status)) throw error;
    const isOpen = (await service.listRooms([room])).length > 0;
    const problem = `cannot be read: ${apiErrorOf(error).message}`;
    return isOpen ? { room, dispatches: [], agents: [], waits: false, problem } : null;
  }
};

/**
 * Check whether the dispatch of a named agent has led to no agent, neither now nor before.
 * @param agents identities of the agents in the room
 */
export const waitsForAgent = (
  { agentName, jobs }: RoomDispatch,
  agents: readonly string[],
): boolean => {
  // Workers without a name may not exist: every room has a dispatch for them.
  if (agentName === '') return false;
  // An agent whose job has ended has been in the room.
  return agents.length === 0 && !jobs.some(({ state }) => state === 'ended');
};

const readRoom = async (
  service: Service,
  dispatcher: Dispatcher,
  room: string,
): Promise<RoomFacts> => {
  const [dispatches, participants] = await Promise.all([
    readDispatches(dispatcher, room),
    service.listParticipants(room),
  ]);
  const agents = participants
    .filter(({ kind }) => kind === ParticipantInfo_Kind.AGENT)
    .map(({ identity }) => identity);
  const waits = dispatches.some((dispatch) => waitsForAgent(dispatch, agents));
  return { room, dispatches, agents, waits, problem: null };
};
