import { audiosHeard, videosShown } from './layout.ts';
import type { ParticipantPlan, Plan } from './plan.ts';
import type { GroupSpec, RoleSpec, Scenario } from './scenario/scenario.ts';

/** What an identity begins with, so that the tracks of strangers in a shared room are told from ours. */
export const identityPrefix = (run: string): string => `${run}-`;

/** The name of room `number` (from 1) of a group. */
const roomName = (scenario: Scenario, { room, roomPrefix, name }: GroupSpec, run: string, number: number): string =>
  room ?? (scenario.groups.length === 1 ? `${roomPrefix}-${run}-${number}` : `${roomPrefix}-${run}-${name}-${number}`);

/**
 * Writes out who joins what and when. The same scenario and run always give the same plan.
 * @param run short random word, part of the rooms' names and of the identities, so that runs never meet
 */
export const expandPlan = (scenario: Scenario, run: string): Plan => {
  const participants: ParticipantPlan[] = [];
  for (const group of scenario.groups) {
    const { executor, roles } = group;
    if (executor.type !== 'constant-rooms') throw new RangeError(`executor ${executor.type} is not built yet`);
    for (let number = 1; number <= executor.rooms; number++) {
      for (const role of roles) {
        for (let member = 1; member <= role.count; member++) {
          const index = participants.length;
          participants.push({
            index,
            identity: `${identityPrefix(run)}${number}-${role.name.slice(0, 1)}${member}`,
            group: group.name,
            room: roomName(scenario, group, run, number),
            role: role.name,
            joinAtMs: (index * 1_000) / executor.joinRate,
            leaveAtMs: 0,
            publish: role.publish,
            subscribe: role.subscribe,
            layout: role.layout,
            data: role.data === null ? [] : [role.data],
            grants: role.grants,
            network: role.network?.impairment ?? null,
            expects: expectedTracks(roles, role),
          });
        }
      }
    }
  }
  const lastJoinAtMs = participants.at(-1)?.joinAtMs ?? 0;
  const [first] = scenario.groups;
  const endAtMs = lastJoinAtMs + (first?.executor.type === 'constant-rooms' ? first.executor.durationMs : 0);
  return {
    scenario,
    participants: participants.map((one) => ({ ...one, leaveAtMs: endAtMs })),
    windows: [
      { name: 'joining', fromMs: 0, toMs: lastJoinAtMs, source: 'builtin' },
      { name: 'steady', fromMs: lastJoinAtMs, toMs: endAtMs, source: 'builtin' },
    ],
    droppedRooms: 0,
    lastJoinAtMs,
    endAtMs,
  };
};

/** Nobody receives what they publish themselves. */
const expectedTracks = (roles: readonly RoleSpec[], me: RoleSpec): { audio: number; video: number } => {
  if (!me.subscribe) return { audio: 0, video: 0 };
  const published = (kind: 'audio' | 'video'): number =>
    roles.reduce((sum, role) => {
      const tracks = role.publish.filter((track) => track.kind === kind).length;
      return sum + tracks * (role === me ? role.count - 1 : role.count);
    }, 0);
  return { audio: audiosHeard(me.layout, published('audio')), video: videosShown(me.layout, published('video')) };
};
