import type { HeaderLine } from '@livekit-swarm/record';
import type { RoleSpec } from '@livekit-swarm/scenario';

/** Function that returns the role of a participant; null: it is not in the scenario's groups. */
export type RoleOf = (participant: { group: string; role: string }) => RoleSpec | null;

/** Roles of the scenario in a record's header. Witnesses and join probes are in none of them. */
export const rolesOfScenario = ({ groups }: HeaderLine['scenario']): RoleOf => {
  const roles = new Map(
    groups.flatMap((group) =>
      group.roles.map((role) => [JSON.stringify([group.name, role.name]), role] as const),
    ),
  );
  return ({ group, role }) => roles.get(JSON.stringify([group, role])) ?? null;
};
