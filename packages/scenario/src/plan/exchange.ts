import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** Part of a participant in calls and streams between the participants of its room. */
export interface Exchange {
  /** Methods that it answers. */
  answers: string[];
  /** Beginning of the identities of those that it calls; absent: it makes no calls. */
  callees?: string;
  /** Beginning of the identities of those that receive its streams; absent: it sends none. */
  receivers?: string;
}

type Roles = Pick<GroupSpec, 'roles'>;

/** Methods that participants of a role answer. */
const answeredBy = ({ roles }: Roles, name: string): string[] => [
  ...new Set(roles.flatMap(({ rpc }) => (rpc?.to === name ? [rpc.method] : []))),
];

const receivesStreams = ({ roles }: Roles, name: string): boolean =>
  roles.some(({ dataStreams }) => dataStreams?.to === name);

/** Check whether participants of a role have a part in calls or streams. */
export const exchanges = (
  group: Roles,
  { name, rpc, dataStreams }: Pick<RoleSpec, 'name' | 'rpc' | 'dataStreams'>,
): boolean =>
  rpc !== undefined ||
  dataStreams !== undefined ||
  answeredBy(group, name).length > 0 ||
  receivesStreams(group, name);

/**
 * Function that returns the part of the participants of a role in a room, as a key of their plan.
 * @param identities function that returns the beginning of the identities of a role in a room
 */
export const planExchange =
  (identities: (group: GroupSpec, room: number, role: string) => string) =>
  (group: GroupSpec, room: number, role: RoleSpec): { exchange?: Exchange } => {
    if (!exchanges(group, role)) return {};
    const { rpc, dataStreams } = role;
    return {
      exchange: {
        answers: answeredBy(group, role.name),
        ...(rpc !== undefined && { callees: identities(group, room, rpc.to) }),
        ...(dataStreams !== undefined && { receivers: identities(group, room, dataStreams.to) }),
      },
    };
  };
