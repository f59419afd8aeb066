import type { ParticipantPlan, Plan } from '@livekit-swarm/scenario';
import type { Drill } from './drill.ts';
import { drillTimes } from './drill-times.ts';
import { NEWCOMER_ROLE } from './roles.ts';
import { ROOM_PREFIX } from './scenario-of-drill.ts';

const NEWCOMER_GROUP = 'newcomers';

/** Enough for a room to be where the second looks for it. */
const APART_MS = 500;

/**
 * Those who come while the drill goes on, from when it is steady until the end: in turns one into a room that is there, and two into a new one. Every
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
  const { everyMs, stayMs, apartMs = APART_MS } = newcomers;
  const visits: Pick<
    ParticipantPlan,
    'identity' | 'room' | 'joinAtMs' | 'leaveAtMs' | 'publish'
  >[] = [];
  for (let turn = 0; ; turn++) {
    const joinAtMs = steadyFromMs + turn * everyMs;
    const leaveAtMs = joinAtMs + stayMs;
    if (leaveAtMs > plan.endAtMs) break;
    const number = turn + 1;
    const visit = Math.floor(turn / 2);
    if (turn % 2 === 0) {
      const other = others[((visit - 1) / 2) % others.length];
      visits.push({
        identity: `${run}-new-${number}`,
        room: visit % 2 === 0 ? first : (other ?? first),
        joinAtMs,
        leaveAtMs,
        publish: [],
      });
    } else {
      const room = `${ROOM_PREFIX}-${run}-new-${number}`;
      const together = { room, leaveAtMs, publish: [{ kind: 'audio' as const }] };
      visits.push({ identity: `${run}-new-${number}a`, joinAtMs, ...together });
      visits.push({ identity: `${run}-new-${number}b`, joinAtMs: joinAtMs + apartMs, ...together });
    }
  }
  visits.sort((a, b) => a.joinAtMs - b.joinAtMs);
  return visits.map((who, position) => ({
    index: plan.participants.length + position,
    ...who,
    group: NEWCOMER_GROUP,
    role: NEWCOMER_ROLE,
    subscribe: true,
    layout: { type: 'all' },
    data: [],
    grants: {},
    network: null,
    expects: { audio: 0, video: 0 },
  }));
};
