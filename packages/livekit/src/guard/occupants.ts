import { usageError } from '@livekit-swarm/settings';
import type { Room, RoomServiceClient } from 'livekit-server-sdk';
import { type ApiTarget, roomServiceOf } from '../api/api-clients.ts';
import { withoutTokens } from '../failure.ts';

const TIMEOUT_SECONDS = 10;
/** Largest number of room names in one request; for more names, the server lists all its rooms. */
const MAX_NAMES = 200;
/** Number of rooms that are asked at the same time. */
const AT_ONCE = 20;
const SHOWN = 3;

/** Names of rooms of probes and checks, which have no users. */
const NOT_USERS = /^swarm-(probe|verify|guard)-/;

/**
 * Refuses a load whose test media real participants would receive.
 * @param names rooms that may exist already
 * @throws SwarmError `usage` when one of them has participants, or when the API does not answer
 */
export const assertRoomsEmpty = async (
  target: ApiTarget,
  names: readonly string[],
): Promise<void> => {
  const wanted = new Set(names);
  const used = await occupied(
    target,
    names.length > MAX_NAMES ? undefined : names,
    ({ name }) => wanted.has(name),
    '--join-existing-rooms',
  );
  if (used.length === 0) return;
  throw usageError(
    `there are participants in ${textOf(used)}, who would receive test media`,
    'use another room, or add --join-existing-rooms',
  );
};

/**
 * Refuses a deployment that other participants use.
 * @param own rooms of this command
 * @throws SwarmError `usage` when there are others, or when the API does not answer
 */
export const assertNoOthers = async (
  target: ApiTarget,
  own: ReadonlySet<string>,
): Promise<void> => {
  const used = await occupied(
    target,
    undefined,
    ({ name }) => !own.has(name) && !NOT_USERS.test(name),
    '--with-other-users',
  );
  if (used.length === 0) return;
  throw usageError(
    `others use this deployment: there are participants in ${textOf(used)}, who would notice the load`,
    'use a deployment of your own, wait until they have left, or add --with-other-users',
  );
};

/** @param override flag that skips the check */
export const cannotCheck = (what: string, error: unknown, override: string): Error => {
  return usageError(
    `it cannot be checked ${what}: ${textOfError(error)}`,
    `make the API of this server (/twirp) reachable at this URL, give its own address with --api-url, or add ${override}`,
  );
};

/** Text of an error of the SDK, which holds the answer of the server or the error of `fetch`. */
const textOfError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const status =
    'status' in error && typeof error.status === 'number' ? `HTTP ${error.status}: ` : '';
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return withoutTokens(`${status}${error.message}${cause}`).replace(/\s+/g, ' ').slice(0, 300);
};

interface Occupied {
  name: string;
  participants: number;
}

const occupied = async (
  target: ApiTarget,
  names: readonly string[] | undefined,
  isMeant: (room: Room) => boolean,
  override: string,
): Promise<Occupied[]> => {
  try {
    const service = await roomServiceOf(target, TIMEOUT_SECONDS);
    const rooms = (await service.listRooms(names === undefined ? undefined : [...names])).filter(
      isMeant,
    );
    // The numbers that come with the list are up to five seconds old.
    if (rooms.length <= MAX_NAMES) return await counted(service, rooms);
    return rooms.flatMap(({ name, numParticipants }) =>
      numParticipants > 0 ? [{ name, participants: numParticipants }] : [],
    );
  } catch (error) {
    throw cannotCheck('whether others are in rooms of this server', error, override);
  }
};

const counted = async (service: RoomServiceClient, rooms: readonly Room[]): Promise<Occupied[]> => {
  const used: Occupied[] = [];
  for (let first = 0; first < rooms.length; first += AT_ONCE) {
    const counts = rooms.slice(first, first + AT_ONCE).map(async ({ name }) => ({
      name,
      participants: await participantsIn(service, name),
    }));
    used.push(...(await Promise.all(counts)).filter(({ participants }) => participants > 0));
  }
  return used;
};

/** Counts the participants of a room: zero in a room that has closed since the list was made. */
const participantsIn = async (service: RoomServiceClient, room: string): Promise<number> => {
  try {
    return (await service.listParticipants(room)).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'not_found') return 0;
    throw error;
  }
};

const textOf = (used: readonly Occupied[]): string => {
  const names = used
    .slice(0, SHOWN)
    .map(({ name, participants }) => `"${name}" (${participants})`)
    .join(', ');
  return `${names}${used.length > SHOWN ? ` and ${used.length - SHOWN} more` : ''}`;
};
