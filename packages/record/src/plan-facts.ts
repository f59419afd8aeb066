import type { Plan } from '@livekit-swarm/scenario';
import type { PlanFacts } from './record.ts';

/** What the header of a record keeps of a plan. */
export const planFactsOf = ({
  participants,
  windows,
  droppedRooms,
  lastJoinAtMs,
  endAtMs,
}: Plan): PlanFacts => ({
  rooms: new Set(participants.map(({ room }) => room)).size,
  participants: participants.length,
  droppedRooms,
  windows,
  lastJoinAtMs,
  endAtMs,
});
