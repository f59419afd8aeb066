import type { Window } from '@livekit-swarm/metrics';
import { isUsageError, usageError } from '@livekit-swarm/settings';
import { execute } from '../executors/execute.ts';
import type { RoomStay, Turn } from '../executors/executor.ts';
import { gather } from '../executors/gather.ts';
import { type Random, randomStream } from '../random.ts';
import type { GroupSpec, RoleSpec, Scenario } from '../scenario.ts';

/** The rooms of a group, and in each who takes which place. */
export interface ExpandedGroup {
  group: GroupSpec;
  rooms: { number: number; places: Turn[][] }[];
  places: Place[];
  people: number;
  stages: Window[];
  droppedRooms: number;
}

export interface Place {
  role: RoleSpec;
  /** From 1, within its role. */
  member: number;
}

/**
 * Lets a group's executor say when its rooms come and go, and fills them.
 * @throws SwarmError `usage` that names the group
 */
export const expandGroup = (scenario: Scenario, group: GroupSpec): ExpandedGroup => {
  const places = group.roles.flatMap((role) =>
    Array.from({ length: role.count }, (_, member): Place => ({ role, member: member + 1 })),
  );
  const random = (...name: (string | number)[]): Random =>
    randomStream(scenario.seed, group.name, ...name);
  const { rooms, stages, droppedRooms } = blameGroup(group, () => {
    const expansion = execute(group.executor, {
      places: places.map(({ role }) => role),
      gatherMs: group.gatherMs,
      random,
    });
    checkRoomName(group, expansion.rooms);
    return expansion;
  });
  const chance = random('gather');
  const filled = rooms.map((room) => ({
    number: room.number,
    places: room.places ?? gather(room, places.length, group.gatherMs, chance),
  }));
  return {
    group,
    rooms: filled,
    places,
    people: filled.reduce(
      (sum, room) => room.places.reduce((total, turns) => total + turns.length, sum),
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

/** Who does not read the code must be told which group an executor complains of. */
const blameGroup = <T>({ name }: GroupSpec, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (isUsageError(error)) throw usageError(`groups.${name}: ${error.message}`, error.hint);
    throw error;
  }
};

/** One room by its own name may be opened again and again, but only once at a time. */
const checkRoomName = ({ room }: GroupSpec, rooms: readonly RoomStay[]): void => {
  if (room === null) return;
  const inTurn = rooms.toSorted((a, b) => a.openAtMs - b.openAtMs);
  if (inTurn.every(({ openAtMs }, index) => openAtMs >= (inTurn[index - 1]?.closeAtMs ?? 0)))
    return;
  throw usageError(
    `names one room ("${room}"), but would have several open at a time`,
    'leave the name out (roomPrefix names many), or open one room',
  );
};
