import { usageError } from '@livekit-swarm/settings';
import { scaleCount } from '../executors/definition.ts';
import { type ExecutorSpec, executorOf } from '../executors/registry.ts';
import { latestEndMs } from '../plan/extent.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';
import { scaleByFactor } from './scale-scenario.ts';

/**
 * Unit in which a scenario grows: rooms, participants of each room, or participants of one role.
 */
export type SizeUnit =
  | { type: 'rooms' }
  | { type: 'participants' }
  | { type: 'role'; role: string };

/**
 * Read a unit: `rooms`, `participants`, or the name of a role.
 * @throws SwarmError `usage` if the scenario has none of it
 */
export const readSizeUnit = (scenario: Scenario, text: string | undefined): SizeUnit => {
  const hasRooms = scenario.groups.some(({ room }) => room === null);
  if (text === undefined) return hasRooms ? { type: 'rooms' } : { type: 'participants' };
  if (text === 'participants') return { type: 'participants' };
  if (text === 'rooms') {
    if (hasRooms) return { type: 'rooms' };
    throw usageError('--by rooms: every group names its one room', 'write --by participants');
  }
  const roles = new Set(scenario.groups.flatMap((group) => group.roles.map(({ name }) => name)));
  if (roles.has(text)) return { type: 'role', role: text };
  throw usageError(
    `--by ${text}: the scenario has no such role`,
    `write rooms, participants, or one of ${[...roles].join(', ')}`,
  );
};

/** Size of a scenario: rooms open at the same time, or participants of a room of each group. */
export const sizeOf = ({ groups }: Pick<Scenario, 'groups'>, unit: SizeUnit): number =>
  groups.reduce((sum, group) => sum + sizeOfGroup(group, unit), 0);

const sizeOfGroup = ({ room, executor, roles }: GroupSpec, unit: SizeUnit): number =>
  unit.type === 'rooms'
    ? room === null
      ? executorOf(executor.type).maxRooms(executor)
      : 0
    : roles.reduce((sum, role) => sum + (grows(role, unit) ? role.count : 0), 0);

const grows = ({ name }: RoleSpec, unit: SizeUnit): boolean =>
  unit.type === 'participants' || (unit.type === 'role' && unit.role === name);

/**
 * Scenario of another size. Unlike `--scale`, join rates stay: more participants take longer to
 * join. Several groups or roles keep their proportions, as far as whole numbers allow.
 * @throws SwarmError `usage` if the size is not possible
 */
export const withSize = (scenario: Scenario, unit: SizeUnit, size: number): Scenario => {
  const factor = size / sizeOf(scenario, unit);
  if (unit.type === 'rooms') {
    const fail = (message: string, hint: string | null): never => {
      throw usageError(message, hint);
    };
    const scaled = scaleByFactor(scenario, factor, fail, `${size} rooms`);
    return {
      ...scaled,
      groups: scaled.groups.map((group, index) => ({
        ...group,
        executor: withJoinRateOf(group.executor, scenario.groups[index]?.executor),
      })),
    };
  }
  return {
    ...scenario,
    groups: scenario.groups.map((group) => ({
      ...group,
      roles: group.roles.map((role) =>
        grows(role, unit) ? { ...role, count: scaleCount(role.count, factor) } : role,
      ),
    })),
  };
};

const withJoinRateOf = (
  executor: ExecutorSpec,
  original: ExecutorSpec | undefined,
): ExecutorSpec =>
  'joinRate' in executor && original !== undefined && 'joinRate' in original
    ? { ...executor, joinRate: original.joinRate }
    : executor;

/**
 * Scenario with another duration.
 * @returns null if an executor's rooms are not open from the beginning to the end
 */
export const withDuration = (scenario: Scenario, durationMs: number): Scenario | null => {
  const groups = scenario.groups.flatMap((group): GroupSpec[] => {
    const executor = executorOf(group.executor.type).withDuration?.(group.executor, durationMs);
    return executor === undefined ? [] : [{ ...group, executor }];
  });
  return groups.length === scenario.groups.length ? { ...scenario, groups } : null;
};

/** Difference of two ends that counts as none, ms: joins of a group may take a moment longer. */
const SAME_END_MS = 1_000;

/**
 * Scenario that ends at a time: groups that last to its end now last to that time. A scenario that
 * ends later, and a group that ends before the others, stay as they are.
 * @param endAtMs end, ms after the start of the run
 * @returns null if a group that lasts to the end has no duration that can be changed
 */
export const extendTo = (scenario: Scenario, endAtMs: number): Scenario | null => {
  const nowMs = latestEndMs(scenario);
  if (nowMs >= endAtMs) return scenario;
  const groups = scenario.groups.flatMap((group): GroupSpec[] => {
    const lackingMs = endAtMs - latestEndMs({ groups: [group] });
    if (lackingMs > endAtMs - nowMs + SAME_END_MS) return [group];
    const { executor } = group;
    if (!('durationMs' in executor)) return [];
    const extended = executorOf(executor.type).withDuration?.(
      executor,
      executor.durationMs + lackingMs,
    );
    return extended === undefined ? [] : [{ ...group, executor: extended }];
  });
  return groups.length === scenario.groups.length ? { ...scenario, groups } : null;
};
