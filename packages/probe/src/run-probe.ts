import { failureOf } from '@livekit-swarm/livekit';
import type { ProbeModule } from './module.ts';
import { absent, type Observation } from './observation.ts';
import { call } from './probe-call.ts';
import { createProbeRoom, type RoomAccess } from './room/probe-room.ts';
import type { RoomCleaner } from './room/room-cleaner.ts';

export interface ProbeRequest {
  module: ProbeModule;
  access: RoomAccess;
  room: string;
  /** The node to put the room on; null: whichever the deployment chooses. */
  nodeId: string | null;
  /** For the whole of it, deleting the room included, ms. */
  budgetMs: number;
  /** Aborted when the result is not needed any more. */
  signal: AbortSignal;
  cleaner: RoomCleaner;
}

/** What of the budget leaving and deleting the room may take. */
const RESERVE = { most: 700, share: 0.2 } as const;
/** How long a result waits for the deletion of its room, ms; with a failing server the cleaner continues alone. */
const CLEAN_MS = 1_500;

/**
 * Two participants join a room of their own and send each other the module's media. The deployment's behaviour is part of the
 * observation, never an exception. In every case both leave and the room is deleted.
 */
export const runProbe = async (order: ProbeRequest): Promise<Observation> => {
  const { module, access, room, nodeId, budgetMs, signal, cleaner } = order;
  const began = performance.now();
  const left = (): number => began + budgetMs - performance.now();
  const reserve = Math.min(RESERVE.most, budgetMs * RESERVE.share);
  const observation: Observation = {
    module,
    sides: { a: absent(), b: absent() },
    room: null,
    internal: null,
    outOfTime: false,
    measuredMs: 0,
    wantedNode: nodeId,
    tookMs: 0,
  };
  let made: 'yes' | 'no' | 'perhaps' = 'no';
  try {
    const { trouble, exists } = await createProbeRoom(access, room, nodeId, left() - reserve);
    made = exists;
    observation.room = trouble;
    if (trouble === null && !signal.aborted) await call(order, observation, () => left() - reserve);
    else observation.outOfTime = left() <= reserve;
  } catch (error) {
    observation.internal = failureOf(error).message;
  } finally {
    // Also when making it failed: an answer that got lost may have been a yes.
    if (made !== 'no')
      await cleaner.clean(access, room, made === 'yes' ? Math.min(CLEAN_MS, left()) : 0);
  }
  observation.tookMs = performance.now() - began;
  return observation;
};
