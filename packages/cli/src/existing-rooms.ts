import { type ApiTarget, roomServiceOf } from '@livekit-swarm/livekit';
import { usageError } from '@livekit-swarm/settings';
import type { PreparedRun } from './prepare-run.ts';

const TIMEOUT_SECONDS = 10;
const SHOWN = 3;

/**
 * Rooms in which real participants would receive test media, unless that is wanted. Names that
 * contain the random word of this run cannot exist yet.
 * @throws SwarmError `usage` when a room of the plan has participants
 */
export const assertRoomsEmpty = async (
  target: ApiTarget,
  { name, plan }: Pick<PreparedRun, 'name' | 'plan'>,
): Promise<void> => {
  const fixed = [...new Set(plan.participants.map(({ room }) => room))].filter(
    (room) => !room.includes(name),
  );
  if (fixed.length === 0) return;
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  // A server that does not answer rejects the run in the preflight, with the reason.
  const rooms = await service.listRooms(fixed).catch(() => []);
  const used = rooms.filter(({ numParticipants }) => numParticipants > 0);
  if (used.length === 0) return;
  const names = used
    .slice(0, SHOWN)
    .map((room) => `"${room.name}" (${room.numParticipants})`)
    .join(', ');
  throw usageError(
    `there are participants in ${names}${used.length > SHOWN ? ' and others' : ''}, who would receive test media`,
    'use another room, or add --join-existing-rooms',
  );
};
