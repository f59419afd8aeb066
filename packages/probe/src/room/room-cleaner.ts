import { setTimeout as sleep } from 'node:timers/promises';
import { deleteProbeRoom, type RoomAccess } from './probe-room.ts';

/** Sees to it that no room of a probe stays, also when the server is busy or away for a while. */
export interface RoomCleaner {
  /** Deletes a room. Resolves when it is deleted, or after `patienceMs`; then it continues in the background. */
  clean(access: RoomAccess, room: string, patienceMs: number): Promise<void>;
  /** Rooms that are not deleted yet. */
  readonly left: number;
  /** Resolves when all are deleted, or after `patienceMs`. */
  settle(patienceMs: number): Promise<void>;
}

export interface RoomCleanerOptions {
  /** Called for a room that could not be deleted. */
  onFailed(message: string): void;
  deleteRoom?: typeof deleteProbeRoom;
  /** Pauses before the second try and each that follows, ms. */
  pauses?: readonly number[];
}

const TRY_MS = 5_000;
/** After these delays the server has closed an empty room on its own. */
const PAUSES = [500, 1_000, 2_000, 5_000, 10_000, 20_000];

export const createRoomCleaner = ({
  onFailed,
  deleteRoom = deleteProbeRoom,
  pauses = PAUSES,
}: RoomCleanerOptions): RoomCleaner => {
  const underWay = new Set<Promise<void>>();

  const persist = async (access: RoomAccess, room: string): Promise<void> => {
    let trouble = await deleteRoom(access, room, TRY_MS);
    for (const pause of pauses) {
      if (trouble === null) return;
      await sleep(pause, undefined, { ref: false });
      trouble = await deleteRoom(access, room, TRY_MS);
    }
    if (trouble !== null) onFailed(`the room ${room} could not be deleted: ${trouble.message}`);
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
