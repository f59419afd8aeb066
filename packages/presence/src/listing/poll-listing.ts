import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiTarget, eachAtOnce, isGone, roomServiceOf } from '@livekit-swarm/livekit';
import type { Poll } from './poll.ts';

const TIMEOUT_SECONDS = 3;

export interface ListingRequest {
  target: ApiTarget;
  rooms: readonly string[];
  /** Time from one round to the next, ms; a slow round delays the next one. */
  intervalMs: number;
  /** Present time, ms after the start of the run. */
  elapsedMs: () => number;
  signal: AbortSignal;
  onPoll: (poll: Poll) => void;
}

/** Asks the API who is in each room, until the signal is aborted. An API without an answer is a fact. */
export const pollListing = async (request: ListingRequest): Promise<void> => {
  const { rooms, intervalMs, elapsedMs, signal, target } = request;
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  const ask = async (room: string): Promise<void> => {
    if (signal.aborted) return;
    const requestedAtMs = elapsedMs();
    const identities = await service.listParticipants(room).then(
      (listed) => listed.map(({ identity }) => identity),
      // A room that is closed, or has not begun.
      (error: unknown) => (isGone(error) ? [] : null),
    );
    if (!signal.aborted)
      request.onPoll({
        ...{ room, requestedAtMs, answeredAtMs: elapsedMs() },
        identities: identities === null ? null : new Set(identities),
      });
  };
  while (!signal.aborted) {
    const began = elapsedMs();
    await eachAtOnce(rooms, ask);
    const pauseMs = Math.max(0, intervalMs - (elapsedMs() - began));
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
};

/** Rooms among these that the API still lists; null: it did not answer. */
export const listedRooms = async (
  target: ApiTarget,
  rooms: readonly string[],
): Promise<ReadonlySet<string> | null> => {
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  const wanted = new Set(rooms);
  return await service.listRooms().then(
    (found) => new Set(found.map(({ name }) => name).filter((name) => wanted.has(name))),
    () => null,
  );
};
