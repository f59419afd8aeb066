import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** Part of a participant in calls, streams and data tracks between the participants of its room. */
export interface Exchange {
  /** Methods that it answers. */
  answers: string[];
  /** Beginning of the identities of those that it calls; absent: it makes no calls. */
  callees?: string;
  /** Beginning of the identities of those that receive its streams; absent: it sends none. */
  receivers?: string;
  /** Data track that it publishes, and the beginning of the identities of its subscribers; absent: none. */
  track?: { name: string; subscribers: string };
  /**
   * Data tracks that it subscribes to: their name, and the beginning of the identities of each role
   * that publishes them with its interval, ms; absent: none.
   */
  subscribes?: { name: string; publishers: { identities: string; everyMs: number }[] };
}

type Roles = Pick<GroupSpec, 'roles'>;

/** Methods that participants of a role answer. */
const answeredBy = ({ roles }: Roles, name: string): string[] => [
  ...new Set(roles.flatMap(({ rpc }) => (rpc?.to === name ? [rpc.method] : []))),
];

const receivesStreams = ({ roles }: Roles, name: string): boolean =>
  roles.some(({ dataStreams }) => dataStreams?.to === name);

/** Roles that publish data tracks for a role. */
const trackPublishers = ({ roles }: Roles, name: string): { name: string; everyMs: number }[] =>
  roles.flatMap(({ name: publisher, dataTracks }) =>
    dataTracks?.to === name ? [{ name: publisher, everyMs: dataTracks.everyMs }] : [],
  );

/** Name of the data tracks for a role. */
const dataTrackName = (role: string): string => `swarm.${role}`;

/** Check whether participants of a role have a part in calls or streams. */
export const exchanges = (
  group: Roles,
  {
    name,
    rpc,
    dataStreams,
    dataTracks,
  }: Pick<RoleSpec, 'name' | 'rpc' | 'dataStreams' | 'dataTracks'>,
): boolean =>
  rpc !== undefined ||
  dataStreams !== undefined ||
  dataTracks !== undefined ||
  trackPublishers(group, name).length > 0 ||
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
    const { rpc, dataStreams, dataTracks } = role;
    const publishers = trackPublishers(group, role.name).map(({ name, everyMs }) => ({
      ...{ identities: identities(group, room, name), everyMs },
    }));
    return {
      exchange: {
        answers: answeredBy(group, role.name),
        ...(rpc !== undefined && { callees: identities(group, room, rpc.to) }),
        ...(dataStreams !== undefined && { receivers: identities(group, room, dataStreams.to) }),
        ...(dataTracks !== undefined && {
          track: {
            name: dataTrackName(dataTracks.to),
            subscribers: identities(group, room, dataTracks.to),
          },
        }),
        ...(publishers.length > 0 && {
          subscribes: { name: dataTrackName(role.name), publishers },
        }),
      },
    };
  };
