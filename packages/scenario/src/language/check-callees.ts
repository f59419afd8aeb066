import { type Path, suggest } from '@livekit-swarm/settings';
import { hasDataTracks } from '../role-keys/data-tracks.ts';
import type { RoleFile } from '../role-keys/registry.ts';
import type { Complain } from './checks.ts';

/** Keys that name a role of the group. */
const KEYS = ['rpc', 'dataStreams', 'dataTracks'] as const;

/** Find calls, streams and data tracks to roles that the group does not have. `at`: path of the roles. */
export const checkCallees = (
  at: Path,
  roles: Readonly<Record<string, RoleFile>>,
  complain: Complain,
): void => {
  for (const [name, role] of Object.entries(roles))
    for (const key of KEYS) {
      const to = role[key]?.to;
      if (to === undefined) continue;
      checkRole([...at, name, key, 'to'], name, to, roles, complain);
      const engine = Object.hasOwn(roles, to) ? roles[to]?.engine : undefined;
      if (key === 'dataTracks' && !hasDataTracks(engine))
        complain(
          [...at, name, key, 'to'],
          `role "${to}" has engine: ${engine}, which has no data tracks`,
          `write engine: native, browser or firefox in ${to}`,
        );
    }
};

const checkRole = (
  at: Path,
  own: string,
  to: string,
  roles: Readonly<Record<string, RoleFile>>,
  complain: Complain,
): void => {
  const role = Object.hasOwn(roles, to) ? roles[to] : undefined;
  if (role === undefined)
    complain(at, `the group has no role "${to}"`, suggest(to, Object.keys(roles), 'its roles:'));
  else if (role.count === 0) complain(at, `no participant of "${to}" joins: its count is 0`);
  else if (to === own && role.count === 1)
    complain(at, 'reaches no participant: the role has one', 'use a count of 2, or another role');
};
