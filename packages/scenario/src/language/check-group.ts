import { WITNESS_GROUP } from '@livekit-swarm/metrics';
import type { Path } from '@livekit-swarm/settings';
import { executorOf, type GroupFile } from '../executors/registry.ts';
import { LIMITS } from '../limits.ts';
import type { Profiles } from '../role-keys/definition.ts';
import { checkRole } from '../role-keys/registry.ts';
import { checkCallees } from './check-callees.ts';
import type { Checks, Complain } from './checks.ts';

/**
 * Find contradictions within one group. Checks of subscribers need all groups: see
 * check-subscribers.ts.
 */
export const checkGroup = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  { complain, warn }: Checks,
): void => {
  const at = ['groups', name];
  if (name === WITNESS_GROUP)
    complain(at, 'is the group of participants that --witness adds', 'use another name', 'key');
  checkRoles([...at, 'roles'], group, complain);
  checkRoomNames(at, group, complain);
  checkCallees([...at, 'roles'], group.roles, complain);
  executorOf(group.executor).check?.(at, group, complain);
  const { replacesParticipants } = executorOf(group.executor);
  const executor = { type: group.executor, replacesParticipants };
  for (const [roleName, role] of Object.entries(group.roles))
    checkRole([...at, 'roles', roleName], role, { profiles, group, executor }, { complain, warn });
};

const checkRoles = (at: Path, group: GroupFile, complain: Complain): void => {
  const roles = Object.values(group.roles);
  const participants = roles.reduce((sum, { count }) => sum + count, 0);
  if (roles.length === 0)
    complain(
      at,
      'is empty: no participant would join',
      'write speaker: { count: 2, publish: audio }',
      'key',
    );
  else if (participants === 0)
    complain(
      at,
      'no participant would join: every count is 0',
      'give at least one role a count',
      'key',
    );
  else if (participants > LIMITS.perRoom)
    complain(
      at,
      `a room would have ${participants} participants; at most ${LIMITS.perRoom}`,
      null,
      'key',
    );
  if (
    executorOf(group.executor).replacesParticipants &&
    participants > 0 &&
    roles.every(({ count, permanent }) => permanent || count === 0)
  ) {
    complain(
      at,
      'are all permanent: no participant is ever replaced',
      'remove permanent from a role, or use constant-rooms',
      'key',
    );
  }
};

const checkRoomNames = (at: Path, group: GroupFile, complain: Complain): void => {
  const { room, roomPrefix } = group;
  if (room !== undefined && roomPrefix !== undefined) {
    complain([...at, 'roomPrefix'], 'has no effect with room', 'leave one out', 'key');
  }
};
