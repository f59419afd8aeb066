import { type GroupFile, readExecutor } from '../executors/registry.ts';
import type { Profiles } from '../role-keys/definition.ts';
import { readRole } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** Prefixes of names that a group leaves out. */
export interface Prefixes {
  /** Prefix of unnamed stages, so that those of several groups differ. */
  stage: string;
  room: string;
}

export const groupSpecOf = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  prefixes: Prefixes,
): GroupSpec => ({
  name,
  room: group.room ?? null,
  roomPrefix: group.roomPrefix ?? prefixes.room,
  startMs: group.startTime,
  joinSpreadMs: group.joinSpread,
  executor: readExecutor(group, prefixes.stage),
  roles: Object.entries(group.roles).map(([role, spec]) =>
    readRole(role, spec, { profiles, group }),
  ),
});
