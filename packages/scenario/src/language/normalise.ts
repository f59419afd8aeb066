import { type GroupFile, readExecutor } from '../executors/registry.ts';
import { DEFAULT_ROOM_PREFIX } from '../limits.ts';
import type { Profiles } from '../role-keys/definition.ts';
import { readRole } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** @param prefix prefix of unnamed stages, so that those of several groups differ */
export const groupSpecOf = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  prefix: string,
): GroupSpec => ({
  name,
  room: group.room ?? null,
  roomPrefix: group.roomPrefix ?? DEFAULT_ROOM_PREFIX,
  startMs: group.startTime,
  joinSpreadMs: group.joinSpread,
  executor: readExecutor(group, prefix),
  roles: Object.entries(group.roles).map(([role, spec]) =>
    readRole(role, spec, { profiles, group }),
  ),
});
