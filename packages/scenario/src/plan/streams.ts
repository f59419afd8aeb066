import type { RoleSpec, TrackPlan } from '../role-spec.ts';
import type { GroupSpec } from '../scenario.ts';
import type { LoadExtent } from './extent.ts';

/** Media that participants send or should receive; what the labels of thresholds can select. */
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

/** Roles whose participants share rooms: of one group, or of all groups that name the same room. Roles without participants are left out. */
const gatherings = ({ groups }: LoadExtent): Member[][] => {
  const members = groups.flatMap((group) =>
    group.roles.filter(({ count }) => count > 0).map((role) => ({ group, role })),
  );
  return [
    ...Map.groupBy(members, ({ group }) =>
      JSON.stringify(group.room === null ? [group.name] : [group.room, 'named']),
    ).values(),
  ];
};

/** All media of a scenario: what each role sends, and what each should receive. Every combination of labels is there once. */
export const streamsOf = (load: LoadExtent): StreamLabels[] =>
  gatherings(load).flatMap((members) => {
    const senders = countSenders(members, ({ publish }) => publish.map(mediumOf));
    return members.flatMap((me) => [
      ...mediaOf(me.role).map((medium) => labelled('up', medium, me)),
      ...[...senders].flatMap(([medium, count]) => {
        const others = count - (mediaOf(me.role).includes(medium) ? 1 : 0);
        return others > 0 && receives(me.role, medium) ? [labelled('down', medium, me)] : [];
      }),
    ]);
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
        ...(senders - (sends ? 1 : 0) > 0 ? [{ direction: 'down' as const, ...labels }] : []),
      ];
    });
  });

/** How many participants of a gathering send each item. */
const countSenders = (
  members: readonly Member[],
  sentBy: (role: RoleSpec) => string[],
): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { role } of members) {
    for (const thing of new Set(sentBy(role)))
      counts.set(thing, (counts.get(thing) ?? 0) + role.count);
  }
  return counts;
};

/** `audio opus`, `video vp8`. */
const mediumOf = (track: TrackPlan): string =>
  `${track.kind} ${track.kind === 'audio' ? 'opus' : track.codec}`;

const mediaOf = ({ publish }: RoleSpec): string[] => [...new Set(publish.map(mediumOf))];

const receives = ({ subscribe, layout }: RoleSpec, medium: string): boolean => {
  if (!subscribe || layout.type === 'none') return false;
  return medium.startsWith('audio') || layout.type !== 'audio-only';
};

const labelled = (
  direction: 'up' | 'down',
  medium: string,
  { group, role }: Member,
): StreamLabels => ({
  direction,
  kind: medium.startsWith('audio') ? 'audio' : 'video',
  codec: medium.slice(medium.indexOf(' ') + 1),
  group: group.name,
  role: role.name,
});
