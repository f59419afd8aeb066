import { everPublished } from '../actions/action-spec.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';
import { CODEC_WORDS } from '../track-file.ts';
import type { TrackPlan } from '../track-plan.ts';
import type { LoadExtent } from './extent.ts';

/** Labels of media that participants send or should receive, which thresholds can select. */
export interface StreamLabels {
  direction: 'up' | 'down';
  kind: 'audio' | 'video';
  codec: string;
  group: string;
  role: string;
}

export type DataLabels = Pick<StreamLabels, 'direction' | 'group' | 'role'>;

interface Member {
  group: GroupSpec;
  role: RoleSpec;
}

/**
 * Roles whose participants share rooms: of one group, or of all groups that name the same room.
 * Streams of other servers are apart. Roles without participants are left out.
 */
export const gatherings = ({ groups }: LoadExtent): Member[][] => {
  const members = groups.flatMap((group) =>
    group.roles.filter(({ count }) => count > 0).map((role) => ({ group, role })),
  );
  return [
    ...Map.groupBy(members, ({ group, role: { stream } }) =>
      JSON.stringify([
        ...(group.room === null ? [group.name] : [group.room, 'named']),
        stream !== undefined,
      ]),
    ).values(),
  ];
};

/**
 * Labels of all media of a scenario: those that each role sends, and those that it should receive.
 * Every combination occurs once.
 */
export const streamsOf = (load: LoadExtent): StreamLabels[] =>
  gatherings(load).flatMap((members) => {
    const published = new Map(members.flatMap(({ role }) => [...mediaOf(role)]));
    const senders = countSenders(members, (role) => everPublished(role).map(keyOf));
    return members.flatMap((me) => {
      const sent = mediaOf(me.role);
      // Of a stream that others publish, any media may be received.
      const isForeign = published.size === 0 && me.role.stream?.protocol === 'whep';
      const received = [...(isForeign ? ANY_MEDIA : published)].filter(
        ([key, medium]) =>
          (isForeign || (senders.get(key) ?? 0) > (sent.has(key) ? 1 : 0)) &&
          receives(me.role, medium),
      );
      return [
        ...[...sent.values()].map((medium) => labelled('up', medium, me)),
        ...received.map(([, medium]) => labelled('down', medium, me)),
      ];
    });
  });

/** Roles that send data messages, and roles that receive them. */
export const dataOf = (load: LoadExtent): DataLabels[] =>
  gatherings(load).flatMap((members) => {
    const senders =
      countSenders(members, ({ data }) => (data === null ? [] : ['data'])).get('data') ?? 0;
    return members.flatMap(({ group, role }): DataLabels[] => {
      const labels = { group: group.name, role: role.name };
      const sends = role.data !== null;
      return [
        ...(sends ? [{ direction: 'up' as const, ...labels }] : []),
        ...(senders > (sends ? 1 : 0) ? [{ direction: 'down' as const, ...labels }] : []),
      ];
    });
  });

/** Number of participants of a gathering that send each item. */
const countSenders = (
  members: readonly Member[],
  sentBy: (role: RoleSpec) => string[],
): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { role } of members) {
    for (const item of new Set(sentBy(role)))
      counts.set(item, (counts.get(item) ?? 0) + role.count);
  }
  return counts;
};

type Medium = Pick<StreamLabels, 'kind' | 'codec'>;

const mediumOf = (track: TrackPlan): Medium => ({
  kind: track.kind,
  codec: track.kind === 'audio' ? 'opus' : track.codec,
});

const keyOf = (track: TrackPlan): string => Object.values(mediumOf(track)).join(' ');

/** All media that WHEP may deliver. */
const ANY_MEDIA: ReadonlyMap<string, Medium> = new Map(
  (
    [
      { kind: 'audio', codec: 'opus' },
      ...CODEC_WORDS.map((codec) => ({ kind: 'video' as const, codec })),
    ] satisfies Medium[]
  ).map((medium) => [Object.values(medium).join(' '), medium]),
);

/** Media that a role publishes, each once. */
const mediaOf = (role: RoleSpec): Map<string, Medium> =>
  new Map(everPublished(role).map((track) => [keyOf(track), mediumOf(track)]));

const receives = ({ subscribe, layout }: RoleSpec, { kind }: Medium): boolean =>
  subscribe && layout.type !== 'none' && (kind === 'audio' || layout.type !== 'audio-only');

const labelled = (
  direction: 'up' | 'down',
  medium: Medium,
  { group, role }: Member,
): StreamLabels => ({ direction, ...medium, group: group.name, role: role.name });
