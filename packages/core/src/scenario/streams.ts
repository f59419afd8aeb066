import type { TrackPlan } from '../plan.ts';
import type { Crowd } from './extent.ts';
import type { GroupSpec, RoleSpec } from './scenario.ts';

/** Media of a kind that somebody of ours sends or should receive; what the labels of thresholds can mean. */
export interface StreamLabels {
  direction: 'up' | 'down';
  kind: 'audio' | 'video';
  codec: string;
  group: string;
  role: string;
}

interface Place {
  group: GroupSpec;
  role: RoleSpec;
}

/** Everybody of the scenario, by group and role; nobody of roles with a count of 0. */
const placesOf = ({ groups }: Crowd): Place[] =>
  groups.flatMap((group) => group.roles.filter(({ count }) => count > 0).map((role) => ({ group, role })));

/** Whether `other` is in a room with `me` and somebody else than `me`. */
const meets = (me: Place, other: Place): boolean => {
  if (me.role === other.role && me.group === other.group) return me.role.count > 1;
  return me.group === other.group || (me.group.room !== null && me.group.room === other.group.room);
};

/** Who is in a room with somebody of `role` of `group`. */
const othersOf = (me: Place, places: readonly Place[]): Place[] => places.filter((other) => meets(me, other));

/** All media of the scenario: what each role sends, and what each should receive. */
export const streamsOf = (scenario: Crowd): StreamLabels[] => {
  const places = placesOf(scenario);
  return places.flatMap((me) => [
    ...me.role.publish.map((track) => labelled('up', track, me)),
    ...othersOf(me, places).flatMap(({ role }) =>
      role.publish.filter((track) => receives(me.role, track)).map((track) => labelled('down', track, me)),
    ),
  ]);
};

const labelled = (direction: 'up' | 'down', track: TrackPlan, { group, role }: Place): StreamLabels => ({
  direction,
  kind: track.kind,
  codec: track.kind === 'audio' ? 'opus' : track.codec,
  group: group.name,
  role: role.name,
});

const receives = ({ subscribe, layout }: RoleSpec, { kind }: TrackPlan): boolean => {
  if (!subscribe || layout.type === 'none') return false;
  return kind === 'audio' || layout.type !== 'audio-only';
};

/** Who sends data messages, and to whom they come. */
export const dataOf = (scenario: Crowd): Pick<StreamLabels, 'direction' | 'group' | 'role'>[] => {
  const places = placesOf(scenario);
  return places.flatMap((me) => {
    const labels = { group: me.group.name, role: me.role.name };
    return [
      ...(me.role.data === null ? [] : [{ direction: 'up' as const, ...labels }]),
      ...(othersOf(me, places).some(({ role }) => role.data !== null) ? [{ direction: 'down' as const, ...labels }] : []),
    ];
  });
};
