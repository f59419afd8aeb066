import type { ParticipantPlan, Plan } from '@livekit-swarm/core';
import type { Drill } from './drill.ts';
import { drillTimes } from './drill-times.ts';
import { NEWCOMER_ROLE } from './roles.ts';
import { ROOM_PREFIX } from './scenario-of-drill.ts';

const NEWCOMER_GROUP = 'newcomers';

/**
 * Those who come while the drill goes on, from when it is steady until the end: in turns one into a room that is there, and two at once into a new one. Every
 * other visit is to the first room, the one that faults are aimed at; the others take turns. Where the crowd is they only listen, so that nobody of it waits
 * for their media; in a room of their own they speak, or nobody could tell whether it carries anything.
 * @param plan of the drill's scenario
 * @returns their plans, in order, with indexes that follow the crowd's; none where the drill wants none
 */
export const newcomersOf = (
  drill: Pick<Drill, 'newcomers' | 'crowd' | 'steady' | 'faults' | 'recoveryMs'>,
  plan: Plan,
): ParticipantPlan[] => {
  const { newcomers } = drill;
  const [someone] = plan.participants;
  if (newcomers === null || someone === undefined) return [];
  const run = someone.identity.replace(/-[^-]*-[^-]*$/, '');
  const [first = '', ...others] = [...new Set(plan.participants.map(({ room }) => room))].sort();
  const { steadyFromMs } = drillTimes(drill);
  const visits: Pick<ParticipantPlan, 'identity' | 'room' | 'joinAtMs' | 'publish'>[] = [];
  for (let turn = 0; ; turn++) {
    const joinAtMs = steadyFromMs + turn * newcomers.everyMs;
    if (joinAtMs + newcomers.stayMs > plan.endAtMs) break;
    const number = turn + 1;
    const visit = Math.floor(turn / 2);
    if (turn % 2 === 0) {
      const other = others[((visit - 1) / 2) % others.length];
      visits.push({ identity: `${run}-new-${number}`, room: visit % 2 === 0 ? first : (other ?? first), joinAtMs, publish: [] });
    } else {
      const room = `${ROOM_PREFIX}-${run}-new-${number}`;
      for (const half of ['a', 'b'])
        visits.push({ identity: `${run}-new-${number}${half}`, room, joinAtMs, publish: [{ kind: 'audio' }] });
    }
  }
  return visits.map(({ joinAtMs, ...who }, position) => ({
    index: plan.participants.length + position,
    ...who,
    group: NEWCOMER_GROUP,
    role: NEWCOMER_ROLE,
    joinAtMs,
    leaveAtMs: joinAtMs + newcomers.stayMs,
    subscribe: true,
    layout: { type: 'all' },
    data: [],
    grants: {},
    network: null,
    expects: { audio: 0, video: 0 },
  }));
};
