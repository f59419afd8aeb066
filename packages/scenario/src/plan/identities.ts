import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec, Scenario } from '../scenario.ts';

/** The prefix of all identities of a run: tracks of other participants in a shared room are recognised by it. */
export const identityPrefix = (run: string): string => `${run}-`;

/** The name of room `number` (from 1) of a group. */
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

/** The member of a role in a room, and where participants are replaced, which of them. */
export interface NamedParticipant {
  group: GroupSpec;
  room: number;
  role: RoleSpec;
  member: number;
  /** From 1, within its slot; null where participants are not replaced. */
  session: number | null;
}

/**
 * Readable names, each once in the run: `RUN-ROOM-ROLEn`, as `ab12-7-p1` for the first publisher of room 7. The role is its first letter, or its name where
 * two of the group begin with the same; the group stands before the room where there are several; a replaced participant has a number behind a dot.
 */
export const assignIdentities = (
  scenario: Scenario,
  run: string,
): ((participant: NamedParticipant) => string) => {
  const labels = new Map(scenario.groups.map(({ name, roles }) => [name, roleLabels(roles)]));
  const several = scenario.groups.length > 1;
  const taken = new Set<string>();
  return ({ group, room, role, member, session }) => {
    const where = several ? `${group.name}-${room}` : String(room);
    const who = `${labels.get(group.name)?.get(role.name) ?? role.name}${member}${session === null ? '' : `.${session}`}`;
    let identity = `${identityPrefix(run)}${where}-${who}`;
    // Names full of dashes and digits can be made to meet: the server would throw the first of two namesakes out.
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
      // A number behind a number would read as one.
      return [name, alone ? initial : /\d$/.test(name) ? `${name}-` : name];
    }),
  );
