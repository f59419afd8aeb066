import { ApiRejection, apiTransport } from '@livekit-swarm/livekit';
import { messageOf } from '@livekit-swarm/settings/errors';

/** Presence of a participant in its room, with the sid of its membership. `unknown`: the API gave no answer. */
export type Presence =
  | { in: 'room'; sid: string; tracks: number }
  | { in: 'nowhere' }
  | { in: 'unknown'; message: string };

const TIMEOUT_MS = 5_000;

/**
 * Asks the API whether a participant is in its room, and with how many tracks.
 * @param token token with the grant roomAdmin for the room
 */
export const readPresence = async (
  { apiBase, token }: { apiBase: string; token: string },
  participant: { room: string; identity: string },
): Promise<Presence> => {
  try {
    const answer = await apiTransport(apiBase, TIMEOUT_MS).request(
      'RoomService',
      'GetParticipant',
      participant,
      { Authorization: `Bearer ${token}` },
    );
    const { sid, tracks } = answer as { sid?: unknown; tracks?: unknown };
    return { in: 'room', sid: String(sid), tracks: Array.isArray(tracks) ? tracks.length : 0 };
  } catch (error) {
    return error instanceof ApiRejection && error.code === 'not_found'
      ? { in: 'nowhere' }
      : { in: 'unknown', message: messageOf(error) };
  }
};
