import { setTimeout as sleep } from 'node:timers/promises';
import { deleteProbeRoom, type RoomAccess } from './probe-room.ts';

/**
 * Cleaner of probes' rooms: it deletes them, and retries while the server is busy or unreachable.
 */
export interface RoomCleaner {
  /**
   * Delete a room. Resolves when the room is deleted, at the latest after `patienceMs`; the
   * deletion then continues in the background.
   */
  clean(access: RoomAccess, room: string, patienceMs: number): Promise<void>;
  /** Number of rooms that are not deleted yet. */
  readonly left: number;
  /** Wait until all rooms are deleted, for at most `patienceMs`. */
  settle(patienceMs: number): Promise<void>;
}

export interface RoomCleanerOptions {
  /** Called with a message for a room that could not be deleted. */
  onFailed(message: string): void;
  deleteRoom?: typeof deleteProbeRoom;
  /** Pauses before the second and each later attempt, ms. */
  pauses?: readonly number[];
}

const TRY_MS = 5_000;
/**
 * Default pauses, ms. Together they are longer than the server keeps an empty room, which it has
 * then closed itself.
 */
const PAUSES = [500, 1_000, 2_000, 5_000, 10_000, 20_000];

export const createRoomCleaner = ({
  onFailed,
  deleteRoom = deleteProbeRoom,
  pauses = PAUSES,
}: RoomCleanerOptions): RoomCleaner => {
  const underWay = new Set<Promise<void>>();

  const persist = async (access: RoomAccess, room: string): Promise<void> => {
    let failure = await deleteRoom(access, room, TRY_MS);
    for (const pause of pauses) {
      if (failure === null) return;
      await sleep(pause, undefined, { ref: false });
      failure = await deleteRoom(access, room, TRY_MS);
    }
    if (failure !== null) onFailed(`the room ${room} could not be deleted: ${failure.message}`);
  };
  const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
    const over = new AbortController();
    await Promise.race([work, sleep(ms, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  };

  return {
    clean: (access, room, patienceMs) => {
      const work = persist(access, room).finally(() => underWay.delete(work));
      underWay.add(work);
      return atMost(Math.max(0, patienceMs), work);
    },
    get left() {
      return underWay.size;
    },
    settle: (patienceMs) => atMost(patienceMs, Promise.all(underWay)),
  };
};
