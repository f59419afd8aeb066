import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@livekit/protocol';
import {
  type ApiTarget,
  agentDispatchOf,
  apiErrorOf,
  createRoomWithAgent,
  monotonicMs,
  roomServiceOf,
} from '@livekit-swarm/livekit';
import { WorkerConnection } from '../worker/worker-connection.ts';
import { type RateResult, type RoomTimes, resultOfRate } from './rate-result.ts';

/**
 * Ways in which a room gets its agent. `api`: a call of the dispatch service, which creates the
 * room; `room`: a call of the room service creates the room with the agent; `automatic`: the room is
 * created, and workers without a name get its job.
 */
export const RATE_DISPATCHES = ['api', 'room', 'automatic'] as const;

export type RateDispatch = (typeof RATE_DISPATCHES)[number];

export interface DispatchRateOptions {
  target: ApiTarget;
  /** Nodes at which the workers register in turn. Default: the target. */
  nodes?: readonly ApiTarget[];
  /** Text with which the names of rooms and of the agent begin; other jobs are rejected. */
  prefix: string;
  by: RateDispatch;
  /** Workers, which report no load and take every job. */
  workers: number;
  /**
   * Further workers without a name, at each node, which reject every job. Default: 0. With them, the
   * server need not wait for an answer to the request for unnamed agents that it makes for each room.
   */
  rejectingWorkers?: number;
  /**
   * Time between one dispatch that is not measured and the first one that is, ms; 0: there is no
   * such dispatch. For 5 s after the first one, and once a minute, livekit-server asks all nodes for
   * their workers.
   */
  warmUpMs?: number;
  /** Rooms per second. */
  rate: number;
  forMs: number;
  /** Longest wait for the assignments that are missing after the last call, ms. */
  waitMs: number;
  stop: AbortSignal;
}

const API_TIMEOUT_SECONDS = 10;
const EMPTY_SECONDS = 30;
/** Rooms that are deleted at the same time. */
const AT_ONCE = 20;
const POLL_MS = 50;
const VERSION = 'livekit-swarm dispatch rate';

/**
 * Create rooms at a constant rate, and measure the time from each call until a worker has the job.
 * Workers, calls and times are of this process, so that all times have one clock. The rooms are
 * deleted afterwards.
 * @throws SwarmError `unreachable` if a worker cannot register
 */
export const measureDispatchRate = async (options: DispatchRateOptions): Promise<RateResult> => {
  const { target, nodes = [target], by, prefix, workers, rate, forMs, waitMs, stop } = options;
  const { rejectingWorkers = 0, warmUpMs = 0 } = options;
  const agentName = by === 'automatic' ? '' : prefix;
  const rooms = new Map<string, RoomTimes>();
  /** Rooms whose jobs the workers take: also that of the dispatch that is not measured. */
  const offered = new Map<string, RoomTimes>();
  const connections: WorkerConnection[] = [];
  const lostWorkers: string[] = [];
  const onClosed = (reason: string): void => void lostWorkers.push(reason);
  try {
    for (let index = 0; index < workers; index++)
      connections.push(
        await openWorker(nodes[index % nodes.length] ?? target, agentName, {
          rooms: offered,
          worker: index,
          onClosed,
        }),
      );
    for (const node of nodes)
      for (let index = 0; index < rejectingWorkers; index++)
        connections.push(await openWorker(node, '', { rooms: NO_ROOMS, worker: index, onClosed }));
    const call = await callerOf(target, by, agentName);
    if (warmUpMs > 0) {
      const name = `${prefix}-warm-up`;
      offered.set(name, { lateMs: 0, calledAt: monotonicMs(), ...NOTHING_YET });
      await call(name);
      await sleep(warmUpMs, undefined, { signal: stop });
    }
    const began = monotonicMs();
    const count = Math.max(1, Math.round((rate * forMs) / 1_000));
    const calls: Promise<void>[] = [];
    for (let index = 0; index < count && !stop.aborted; index++) {
      const due = began + (index * 1_000) / rate;
      await sleep(Math.max(0, due - monotonicMs()));
      const calledAt = monotonicMs();
      const times = { lateMs: calledAt - due, calledAt, ...NOTHING_YET };
      const name = `${prefix}-${index}`;
      rooms.set(name, times);
      offered.set(name, times);
      calls.push(timed(times, () => call(name)));
    }
    await Promise.all(calls);
    const until = monotonicMs() + waitMs;
    while (!stop.aborted && monotonicMs() < until && isWaiting(rooms)) await sleep(POLL_MS);
    return resultOfRate(rate, [...rooms.values()], workers, lostWorkers);
  } finally {
    for (const connection of connections) connection.close();
    await deleteRooms(target, [...offered.keys()]);
  }
};

/** Rooms of workers that reject every job. */
const NO_ROOMS: ReadonlyMap<string, RoomTimes> = new Map();

const NOTHING_YET = {
  answeredAt: null,
  error: null,
  offeredAt: null,
  assignedAt: null,
  worker: null,
} satisfies Partial<RoomTimes>;

const isWaiting = (rooms: ReadonlyMap<string, RoomTimes>): boolean =>
  [...rooms.values()].some(({ assignedAt, error }) => assignedAt === null && error === null);

const timed = async (times: RoomTimes, call: () => Promise<unknown>): Promise<void> => {
  try {
    await call();
    times.answeredAt = monotonicMs();
  } catch (error) {
    times.error = apiErrorOf(error).message;
  }
};

const callerOf = async (
  target: ApiTarget,
  by: RateDispatch,
  agentName: string,
): Promise<(room: string) => Promise<unknown>> => {
  const dispatcher = await agentDispatchOf(target, API_TIMEOUT_SECONDS);
  const service = await roomServiceOf(target, API_TIMEOUT_SECONDS);
  switch (by) {
    case 'api':
      return (room) => dispatcher.createDispatch(room, agentName);
    case 'room':
      return (name) =>
        createRoomWithAgent(service, { name, agentName, emptyTimeout: EMPTY_SECONDS });
    case 'automatic':
      return (name) => service.createRoom({ name, emptyTimeout: EMPTY_SECONDS });
  }
};

const openWorker = async (
  target: ApiTarget,
  agentName: string,
  {
    rooms,
    worker,
    onClosed,
  }: {
    rooms: ReadonlyMap<string, RoomTimes>;
    worker: number;
    onClosed(reason: string): void;
  },
): Promise<WorkerConnection> => {
  const timesOf = (job: Job): RoomTimes | undefined => rooms.get(job.room?.name ?? '');
  const connection = await WorkerConnection.open({
    target,
    agentName,
    version: VERSION,
    accept: (job) => {
      const times = timesOf(job);
      // A worker without a name is offered the jobs of all rooms.
      if (times === undefined) return null;
      times.offeredAt ??= monotonicMs();
      return `${agentName === '' ? 'agent' : agentName}-${job.id}`;
    },
    onAssignment: ({ job }) => {
      const times = timesOf(job);
      if (times === undefined) return;
      times.assignedAt ??= monotonicMs();
      times.worker ??= worker;
    },
    onTermination: () => {},
    onClosed,
  });
  connection.report({ load: 0, jobs: 0, isFull: false });
  return connection;
};

/** Delete rooms, which close by their timeouts where that fails. */
const deleteRooms = async (target: ApiTarget, names: readonly string[]): Promise<void> => {
  const service = await roomServiceOf(target, API_TIMEOUT_SECONDS);
  for (let from = 0; from < names.length; from += AT_ONCE)
    await Promise.allSettled(
      names.slice(from, from + AT_ONCE).map((name) => service.deleteRoom(name)),
    );
};
