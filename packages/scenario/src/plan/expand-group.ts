import type { Window } from '@livekit-swarm/metrics';
import { usageError } from '@livekit-swarm/settings';
import type { RoomLifetime, SessionSlot } from '../executors/expansion.ts';
import { spreadJoins } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import { type Random, randomStream } from '../random.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** Rooms of a group, and the sessions in each. */
export interface ExpandedGroup {
  group: GroupSpec;
  /** Rooms, with the sessions of each slot. */
  rooms: { number: number; sessions: SessionSlot[][] }[];
  slots: Slot[];
  participants: number;
  stages: Window[];
  droppedRooms: number;
}

export interface Slot {
  role: RoleSpec;
  /** Number of the participant, from 1, within its role. */
  member: number;
}

/**
 * Expand a group: when its rooms open and close, and the sessions in them.
 * @throws SwarmError `usage`
 */
export const expandGroup = (seed: number, group: GroupSpec): ExpandedGroup => {
  const slots = group.roles.flatMap((role) =>
    Array.from({ length: role.count }, (_, member): Slot => ({ role, member: member + 1 })),
  );
  const random = (...name: (string | number)[]): Random => randomStream(seed, group.name, ...name);
  const { rooms, stages, droppedRooms } = executorOf(group.executor.type).expand(group.executor, {
    slots: slots.map(({ role }) => role),
    joinSpreadMs: group.joinSpreadMs,
    random,
  });
  checkRoomName(group, rooms);
  const chance = random('gather');
  const filled = rooms.map((room) => ({
    number: room.number,
    sessions: room.slots ?? spreadJoins(room, slots.length, group.joinSpreadMs, chance),
  }));
  return {
    group,
    rooms: filled,
    slots,
    participants: filled.reduce(
      (sum, { sessions }) => sessions.reduce((total, { length }) => total + length, sum),
      0,
    ),
    stages: stages.map(({ name, fromMs, toMs }) => ({
      name,
      fromMs: group.startMs + fromMs,
      toMs: group.startMs + toMs,
      source: 'stage',
      group: group.name,
    })),
    droppedRooms,
  };
};

/**
 * Check that a room with a fixed name is open only once at a time; it may be opened again later.
 */
const checkRoomName = ({ room }: GroupSpec, rooms: readonly RoomLifetime[]): void => {
  if (room === null) return;
  const inOrder = rooms.toSorted((a, b) => a.openAtMs - b.openAtMs);
  if (inOrder.every(({ openAtMs }, index) => openAtMs >= (inOrder[index - 1]?.closeAtMs ?? 0)))
    return;
  throw usageError(
    `names one room ("${room}"), but would have several open at a time`,
    'leave the name out (roomPrefix names many), or open one room',
  );
};
