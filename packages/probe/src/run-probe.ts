import { failureOf } from '@livekit-swarm/livekit';
import { callAgent } from './agent-call.ts';
import type { ProbeModule } from './module.ts';
import { absent, noAgent, type Observation } from './observation.ts';
import { call } from './probe-call.ts';
import { createProbeRoom, type RoomAccess } from './room/probe-room.ts';
import type { RoomCleaner } from './room/room-cleaner.ts';

export interface ProbeRequest {
  module: ProbeModule;
  access: RoomAccess;
  room: string;
  /** Node that is to hold the room; null: the deployment chooses one. */
  nodeId: string | null;
  /** Time limit of the probe, including the deletion of its room, ms. */
  budgetMs: number;
  /** Signal that is aborted when the result is no longer needed. */
  signal: AbortSignal;
  cleaner: RoomCleaner;
}

/**
 * Part of the time limit that is kept for leaving and deleting the room: a share, and its maximum
 * in ms.
 */
const RESERVE = { most: 700, share: 0.2 } as const;
/**
 * Maximum time that a result waits for the deletion of its room, ms. If the server does not delete
 * it in time, the cleaner retries in the background.
 */
const CLEAN_MS = 1_500;

/**
 * Run a probe: two participants join a room of their own and send each other the module's media.
 * Failures of the deployment are part of the observation and never thrown. In every case both
 * participants leave and the room is deleted.
 */
export const runProbe = async (order: ProbeRequest): Promise<Observation> => {
  const { module, access, room, nodeId, budgetMs, signal, cleaner } = order;
  const began = performance.now();
  const left = (): number => began + budgetMs - performance.now();
  const reserve = Math.min(RESERVE.most, budgetMs * RESERVE.share);
  const observation: Observation = {
    module,
    sides: { a: absent(), b: absent() },
    agent: module.agentCall === null ? null : noAgent(),
    room: null,
    internal: null,
    outOfTime: false,
    measuredMs: 0,
    wantedNode: nodeId,
    tookMs: 0,
  };
  let made: 'yes' | 'no' | 'perhaps' = 'no';
  try {
    const { failure, exists } = await createProbeRoom(
      access,
      room,
      nodeId,
      left() - reserve,
      module.agentCall?.agent ?? null,
    );
    made = exists;
    observation.room = failure;
    if (failure === null && !signal.aborted) await make(order, observation, () => left() - reserve);
    else observation.outOfTime = left() <= reserve;
  } catch (error) {
    observation.internal = failureOf(error).message;
  } finally {
    // If the response to the creation was lost, the room may exist.
    if (made !== 'no')
      await cleaner.clean(access, room, made === 'yes' ? Math.min(CLEAN_MS, left()) : 0);
  }
  observation.tookMs = performance.now() - began;
  return observation;
};

const make = async (
  order: ProbeRequest,
  observation: Observation,
  left: () => number,
): Promise<void> => {
  const { agentCall } = order.module;
  if (agentCall === null || observation.agent === null) await call(order, observation, left);
  else await callAgent(order, agentCall, observation, observation.agent, left);
};
