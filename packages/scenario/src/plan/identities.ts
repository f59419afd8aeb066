import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';

/**
 * Prefix of all identities of a run, by which tracks of other participants in a shared room are
 * recognised.
 */
export const identityPrefix = (run: string): string => `${run}-`;

/** Name of room `number` (from 1) of a group. */
export const roomName = (
  scenario: Scenario,
  { room, roomPrefix, name }: GroupSpec,
  run: string,
  number: number,
): string =>
  room ??
  (scenario.groups.length === 1
    ? `${roomPrefix}-${run}-${number}`
    : `${roomPrefix}-${run}-${name}-${number}`);

/**
 * Participant by its role and number in a room, and by its session if participants are replaced.
 */
export interface NamedParticipant {
  group: GroupSpec;
  room: number;
  role: RoleSpec;
  member: number;
  /** Number of the session, from 1, within its slot; null if participants are not replaced. */
  session: number | null;
}

/**
 * Function that returns the beginning of the identities of a role in a room: what follows is the
 * number of the participant (`isIdentityOf`).
 */
export const roleIdentities = (
  scenario: Scenario,
  run: string,
): ((group: GroupSpec, room: number, role: string) => string) => {
  const labels = new Map(scenario.groups.map(({ name, roles }) => [name, roleLabels(roles)]));
  const several = scenario.groups.length > 1;
  return (group, room, role) => {
    const where = several ? `${group.name}-${room}` : String(room);
    return `${identityPrefix(run)}${where}-${labels.get(group.name)?.get(role) ?? role}`;
  };
};

/**
 * Function that gives each participant of a run a unique, readable identity, `RUN-ROOM-ROLEn`:
 * `ab12-7-p1` for the first publisher of room 7. The role is its first letter, or its name if two
 * roles of the group have the same first letter. The group precedes the room if there are several;
 * a replaced participant has a number after a dot.
 */
export const assignIdentities = (
  scenario: Scenario,
  run: string,
): ((participant: NamedParticipant) => string) => {
  const beginning = roleIdentities(scenario, run);
  const taken = new Set<string>();
  return ({ group, room, role, member, session }) => {
    let identity = `${beginning(group, room, role.name)}${member}${session === null ? '' : `.${session}`}`;
    // Names with many dashes and digits can result in equal identities, of which the server would
    // disconnect the first.
    while (taken.has(identity)) identity += '+';
    taken.add(identity);
    return identity;
  };
};

const roleLabels = (roles: readonly RoleSpec[]): Map<string, string> =>
  new Map(
    roles.map(({ name }) => {
      const initial = name.slice(0, 1);
      const alone =
        roles.filter((other) => other.name.startsWith(initial)).length === 1 && !/\d/.test(initial);
      // A number right after another one would read as one number.
      return [name, alone ? initial : /\d$/.test(name) ? `${name}-` : name];
    }),
  );
