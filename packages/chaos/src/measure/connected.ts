import type { EventLine } from '@livekit-swarm/record';
import { isLoad } from '../drill/scenario-of-drill.ts';

/** Connected participants of the load by room, from the events of a record in their order. */
export const createConnected = () => {
  const rooms = new Map<string, Set<string>>();
  return {
    add: ({ event, identity, room, role }: EventLine): void => {
      if (identity === undefined || room === undefined || !isLoad({ role })) return;
      if (event === 'joined') rooms.set(room, (rooms.get(room) ?? new Set()).add(identity));
      if (event === 'left' || event === 'disconnected') rooms.get(room)?.delete(identity);
    },
    in: (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (rooms.get(name)?.size ?? 0), 0),
  };
};
