import type { ParticipantPlan, Plan } from '@livekit-swarm/scenario';
import type { Drill } from './drill.ts';
import { drillTimes } from './drill-times.ts';
import { JOIN_PROBE_ROLE, ROOM_PREFIX } from './scenario-of-drill.ts';

const JOIN_PROBE_GROUP = 'join-probes';

/** Enough for a room to be where the second looks for it. */
const STAGGER_MS = 500;

/**
 * Those who come while the drill goes on, from when it is steady until the end: in turns one into a room that is there, and two into a new one. Every
 * other visit is to the first room, the one that faults are aimed at; the others take turns. Where the crowd is they only listen, so that nobody of it waits
 * for their media; in a room of their own they speak, or nobody could tell whether it carries anything.
 * @param plan of the drill's scenario
 * @returns their plans, in order, with indexes that follow the crowd's; none where the drill wants none
 */
export const joinProbesOf = (
  drill: Pick<Drill, 'joinProbes' | 'load' | 'steadyState' | 'faults' | 'recoveryMs'>,
  plan: Plan,
): ParticipantPlan[] => {
  const { joinProbes } = drill;
  const [first] = plan.participants;
  if (joinProbes === null || first === undefined) return [];
  const run = first.identity.replace(/-[^-]*-[^-]*$/, '');
  const [firstRoom = '', ...others] = [
    ...new Set(plan.participants.map(({ room }) => room)),
  ].sort();
  const { steadyFromMs } = drillTimes(drill);
  const { everyMs, sessionMs, staggerMs = STAGGER_MS } = joinProbes;
  const visits: Pick<
    ParticipantPlan,
    'identity' | 'room' | 'joinAtMs' | 'leaveAtMs' | 'publish'
  >[] = [];
  for (let turn = 0; ; turn++) {
    const joinAtMs = steadyFromMs + turn * everyMs;
    const leaveAtMs = joinAtMs + sessionMs;
    if (leaveAtMs > plan.endAtMs) break;
    const number = turn + 1;
    const visit = Math.floor(turn / 2);
    if (turn % 2 === 0) {
      const other = others[((visit - 1) / 2) % others.length];
      visits.push({
        identity: `${run}-probe-${number}`,
        room: visit % 2 === 0 ? firstRoom : (other ?? firstRoom),
        joinAtMs,
        leaveAtMs,
        publish: [],
      });
    } else {
      const room = `${ROOM_PREFIX}-${run}-probe-${number}`;
      const together = { room, leaveAtMs, publish: [{ kind: 'audio' as const }] };
      visits.push({ identity: `${run}-probe-${number}a`, joinAtMs, ...together });
      visits.push({
        identity: `${run}-probe-${number}b`,
        joinAtMs: joinAtMs + staggerMs,
        ...together,
      });
    }
  }
  visits.sort((a, b) => a.joinAtMs - b.joinAtMs);
  return visits.map((who, position) => ({
    index: plan.participants.length + position,
    ...who,
    group: JOIN_PROBE_GROUP,
    role: JOIN_PROBE_ROLE,
    subscribe: true,
    layout: { type: 'all' },
    data: [],
    grants: {},
    network: null,
    expectedTracks: { audio: 0, video: 0 },
  }));
};
