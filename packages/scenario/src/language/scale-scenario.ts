import { isUsageError } from '@livekit-swarm/settings';
import type { ExecutorSpec } from '../executors/executor-spec.ts';
import { LIMITS } from '../load-spec.ts';
import { expandPlan } from '../plan/expand.ts';
import type { GroupSpec, RoleSpec, Scenario } from '../scenario.ts';

/** Beyond it a factor is a typing error. */
const MAX_FACTOR = 1_000;

/**
 * The same scenario, larger or smaller: rooms and rates times the factor, at least one room where there were any; times stay. A room with a name of its own
 * stays one, so there it is the people in it.
 * @param fail told why it cannot be
 */
export const scaleByFactor = (
  scenario: Scenario,
  factor: number,
  fail: (message: string, hint: string | null) => never,
): Scenario => {
  if (factor <= 0 || factor > MAX_FACTOR)
    return fail(
      `--scale ${factor}: must be above 0 and at most ${MAX_FACTOR}`,
      'write --scale 0.1',
    );
  const scaled = { ...scenario, groups: scenario.groups.map((group) => scaleGroup(group, factor)) };
  for (const { name, executor } of scaled.groups) {
    if (largest(executor) > LIMITS.rooms)
      return fail(
        `--scale ${factor}: ${name} would have more than ${LIMITS.rooms} rooms`,
        'take a smaller factor',
      );
  }
  try {
    expandPlan(scaled, 'check');
  } catch (error) {
    if (isUsageError(error)) return fail(`--scale ${factor}: ${error.message}`, error.hint);
    throw error;
  }
  return scaled;
};

/** The largest number of rooms it speaks of. */
const largest = (executor: ExecutorSpec): number => {
  switch (executor.type) {
    case 'constant-rooms':
    case 'per-room-churn':
      return executor.rooms;
    case 'ramping-rooms':
      return Math.max(executor.startRooms, ...executor.stages.map(({ target }) => target));
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate':
      return executor.maxRooms ?? 0;
    case 'timetable':
      return Math.max(...executor.lessons.map(({ rooms }) => rooms));
  }
};

const scaleGroup = (group: GroupSpec, factor: number): GroupSpec =>
  group.room === null
    ? { ...group, executor: scaleExecutor(group.executor, factor) }
    : {
        ...group,
        executor: scaleRates(group.executor, factor),
        roles: group.roles.map((role) => scaleRole(role, factor)),
      };

const scaleRole = (role: RoleSpec, factor: number): RoleSpec => ({
  ...role,
  count: times(role.count, factor),
});

/** Whole things: at least one of what there were any of. */
const times = (count: number, factor: number): number =>
  count === 0 ? 0 : Math.max(1, Math.round(count * factor));

/** Without the noise of binary fractions. */
const rate = (perSecond: number, factor: number): number =>
  Number((perSecond * factor).toPrecision(12));

const joins = (perSecond: number, factor: number): number =>
  Math.min(LIMITS.joinRate, rate(perSecond, factor));

const scaleRates = (executor: ExecutorSpec, factor: number): ExecutorSpec =>
  'joinRate' in executor ? { ...executor, joinRate: joins(executor.joinRate, factor) } : executor;

const scaleExecutor = (executor: ExecutorSpec, factor: number): ExecutorSpec => {
  switch (executor.type) {
    case 'constant-rooms':
    case 'per-room-churn':
      return {
        ...executor,
        rooms: times(executor.rooms, factor),
        joinRate: joins(executor.joinRate, factor),
      };
    case 'ramping-rooms':
      return {
        ...executor,
        startRooms: times(executor.startRooms, factor),
        stages: executor.stages.map((stage) => ({ ...stage, target: times(stage.target, factor) })),
      };
    case 'constant-arrival-rate':
      return {
        ...executor,
        rate: rate(executor.rate, factor),
        maxRooms: limit(executor.maxRooms, factor),
      };
    case 'ramping-arrival-rate':
      return {
        ...executor,
        startRate: rate(executor.startRate, factor),
        stages: executor.stages.map((stage) => ({ ...stage, target: rate(stage.target, factor) })),
        maxRooms: limit(executor.maxRooms, factor),
      };
    case 'timetable':
      return {
        ...executor,
        lessons: executor.lessons.map((lesson) => ({
          ...lesson,
          rooms: times(lesson.rooms, factor),
        })),
      };
  }
};

const limit = (rooms: number | null, factor: number): number | null =>
  rooms === null ? null : times(rooms, factor);
