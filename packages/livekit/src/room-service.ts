import { ParticipantPermission, TrackSource } from '@livekit/protocol';
import type { Permission, TrackSourceName } from '@livekit-swarm/scenario';
import { type ApiTarget, roomServiceOf } from './api/api-clients.ts';
import { ApiRejection } from './api/api-rejection.ts';

const TIMEOUT_SECONDS = 10;

const SOURCES: Record<TrackSourceName, TrackSource> = {
  camera: TrackSource.CAMERA,
  microphone: TrackSource.MICROPHONE,
  screen_share: TrackSource.SCREEN_SHARE,
  screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO,
};

/**
 * Replaces the permission of a connected participant, with a token for this room only.
 * @throws Error when the server cannot be reached or refuses
 */
export const setPermission = async (
  target: ApiTarget,
  room: string,
  identity: string,
  { canPublishSources = [], ...permission }: Permission,
): Promise<void> => {
  const client = await roomServiceOf(target, TIMEOUT_SECONDS);
  await client.updateParticipant(room, identity, {
    permission: new ParticipantPermission({
      ...permission,
      // An empty list means all sources, so only `canPublish` can forbid publishing.
      canPublishSources: canPublishSources.map((source: TrackSourceName) => SOURCES[source]),
    }),
  });
};

/** Largest number of room names in one request; for more names, the server lists all its rooms. */
const MAX_NAMES = 200;
/** Number of rooms that are asked at the same time. */
const AT_ONCE = 20;
const LIST_TIMEOUT_SECONDS = 3;

/** Rooms of a run that still exist on the server, and the participants in them. */
export interface RoomsLeft {
  rooms: number;
  /**
   * Number of participants in these rooms; null: there are too many rooms to ask each in time, or
   * the API did not list the participants of one.
   */
  participants: number | null;
}

/**
 * Participants of a room: none in a room that has closed since the list was made; null: unknown.
 */
const participantsOfClosed = (error: unknown): [] | null =>
  error instanceof ApiRejection && error.code === 'not_found' ? [] : null;

/**
 * @param names of the rooms of the run
 * @param signal aborted when there is no more time to ask
 * @throws Error when the server cannot be reached or refuses
 */
export const roomsLeft = async (
  target: ApiTarget,
  names: readonly string[],
  signal: AbortSignal,
): Promise<RoomsLeft> => {
  const client = await roomServiceOf(target, LIST_TIMEOUT_SECONDS);
  const wanted = new Set(names);
  const listed = await client.listRooms(names.length > MAX_NAMES ? undefined : [...names]);
  const rooms = listed.filter(({ name }) => wanted.has(name));
  // The number that comes with the room is up to five seconds old.
  const inUse = rooms.filter(({ numParticipants }) => numParticipants > 0);
  let participants = 0;
  for (let first = 0; first < inUse.length; first += AT_ONCE) {
    if (signal.aborted) return { rooms: rooms.length, participants: null };
    const counts = inUse.slice(first, first + AT_ONCE).map(async ({ name }) => {
      const present = await client.listParticipants(name).catch(participantsOfClosed);
      return present?.length ?? null;
    });
    for (const count of await Promise.all(counts)) {
      if (count === null) return { rooms: rooms.length, participants: null };
      participants += count;
    }
  }
  return { rooms: rooms.length, participants };
};
