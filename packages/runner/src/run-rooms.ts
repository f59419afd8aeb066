import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiTarget,
  eachAtOnce,
  isGone,
  roomServiceOf,
  withoutTokens,
} from '@livekit-swarm/livekit';
import type { ParticipantPlan, Plan } from '@livekit-swarm/scenario';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { ADMISSION_LEAD_MS } from './worker-protocol.ts';

/** Rooms of a run on a server that does not create them at a join (`room.auto_create: false`). */
export interface RunRooms {
  /**
   * Creates the rooms that the run has not created yet.
   * @throws SwarmError `room_not_found` if the room service creates none
   */
  create(names: Iterable<string>): Promise<void>;
  /**
   * Deletes the rooms whose names contain the random text of the run.
   * @returns number of rooms that could not be deleted; they close by their timeouts
   */
  delete(): Promise<number>;
}

const TIMEOUT_SECONDS = 10;
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;
/**
 * Time for which a room may stay empty beyond the plan, for join retries and for participants that
 * all lost their connection, ms.
 */
const SPARE_MS = 120_000;

/**
 * Creates the rooms of a run. Each room has timeouts after which the server closes it if the last
 * participant has left or none has joined, because a killed coordinator deletes nothing.
 * @param run random text in the names of rooms that exist for this run alone
 */
export const createRunRooms = (
  deployment: ApiTarget,
  plan: Pick<Plan, 'participants'>,
  run: string,
): RunRooms => {
  const emptyFor = longestEmptyTimes(plan.participants);
  const client = () => roomServiceOf(deployment, TIMEOUT_SECONDS);
  const created = new Set<string>();
  /** Rooms that are created with their agents, shortly before their callers join. */
  const ofAgents = new Set(
    plan.participants.flatMap(({ room, conversation }) =>
      conversation?.agent?.by === 'room' ? [room] : [],
    ),
  );

  const createOne = async (name: string): Promise<void> => {
    const service = await client();
    // Creating an existing room again would change its timeouts.
    const isNew = name.includes(run) || (await service.listRooms([name])).length === 0;
    if (!isNew) return;
    await service.createRoom({
      name,
      emptyTimeout: secondsOf(ADMISSION_LEAD_MS + SPARE_MS),
      departureTimeout: secondsOf((emptyFor.get(name) ?? 0) + SPARE_MS),
    });
  };

  return {
    create: async (names) => {
      const missing = [...new Set(names)].filter(
        (name) => !created.has(name) && !ofAgents.has(name),
      );
      for (const name of missing) created.add(name);
      await eachAtOnce(missing, async (name) => {
        try {
          await withRetries(() => createOne(name));
        } catch (error) {
          created.delete(name);
          throw notCreated(deployment.url, name, error);
        }
      });
    },
    delete: async () => {
      const own = [...created].filter((name) => name.includes(run));
      let left = 0;
      await eachAtOnce(own, async (name) => {
        const service = await client();
        await service.deleteRoom(name).catch((error: unknown) => {
          if (!isGone(error)) left++;
        });
      });
      return left;
    },
  };
};

const secondsOf = (ms: number): number => Math.ceil(ms / 1_000);

/** Longest time for which the plan leaves each room empty between two sessions, by room, ms. */
export const longestEmptyTimes = (
  participants: readonly Pick<ParticipantPlan, 'room' | 'joinAtMs' | 'leaveAtMs'>[],
): ReadonlyMap<string, number> => {
  const longest = new Map<string, number>();
  const emptyFrom = new Map<string, number>();
  for (const { room, joinAtMs, leaveAtMs } of participants.toSorted(
    (a, b) => a.joinAtMs - b.joinAtMs,
  )) {
    const from = emptyFrom.get(room) ?? joinAtMs;
    longest.set(room, Math.max(longest.get(room) ?? 0, joinAtMs - from));
    emptyFrom.set(room, Math.max(from, leaveAtMs));
  }
  return longest;
};

const withRetries = async (work: () => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
};

const notCreated = (url: string, room: string, error: unknown): SwarmError =>
  new SwarmError(
    'room_not_found',
    `${url} creates no rooms at a join (room.auto_create: false), and its room service did not create ${room}: ${withoutTokens(messageOf(error))}`,
    'swarm creates its rooms through the API (/twirp/livekit.RoomService), which must be reachable: give its address with --api-url, or switch room.auto_create on',
  );
