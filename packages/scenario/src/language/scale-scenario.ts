import { scaleCount } from '../executors/definition.ts';
import { type ExecutorSpec, executorOf } from '../executors/registry.ts';
import { LIMITS } from '../limits.ts';
import { checkSchedule } from '../plan/expand.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';

/** Largest factor: a larger one is a typing error. */
const MAX_FACTOR = 1_000;

/**
 * Scale a scenario: rooms and rates times the factor, at least one room if there were any;
 * durations stay. A named room stays one, so its participants are scaled.
 * @param fail called with the reason if the scale is not possible
 * @param asked beginning of the reason
 */
export const scaleByFactor = (
  scenario: Scenario,
  factor: number,
  fail: (message: string, hint: string | null) => never,
  asked = `--scale ${factor}`,
): Scenario => {
  if (factor <= 0 || factor > MAX_FACTOR)
    return fail(`${asked}: must be above 0 and at most ${MAX_FACTOR}`, 'write --scale 0.1');
  const scaled = { ...scenario, groups: scenario.groups.map((group) => scaleGroup(group, factor)) };
  for (const { name, executor } of scaled.groups) {
    if (executorOf(executor.type).maxRooms(executor) > LIMITS.rooms)
      return fail(
        `${asked}: ${name} would have more than ${LIMITS.rooms} rooms`,
        'use a smaller factor',
      );
  }
  const { problem } = checkSchedule(scaled);
  if (problem !== null) {
    const where = problem.group === null ? '' : `groups.${problem.group}: `;
    return fail(`${asked}: ${where}${problem.message}`, problem.hint);
  }
  return scaled;
};

const scaleGroup = (group: GroupSpec, factor: number): GroupSpec =>
  group.room === null
    ? { ...group, executor: executorOf(group.executor.type).scale(group.executor, factor) }
    : {
        ...group,
        executor: scaleRates(group.executor, factor),
        roles: group.roles.map((role) => scaleRole(role, factor)),
      };

const scaleRates = (executor: ExecutorSpec, factor: number): ExecutorSpec =>
  executorOf(executor.type).scaleRates?.(executor, factor) ?? executor;

const scaleRole = (role: RoleSpec, factor: number): RoleSpec => ({
  ...role,
  count: scaleCount(role.count, factor),
});
