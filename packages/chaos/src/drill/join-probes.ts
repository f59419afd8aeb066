import type { ParticipantPlan, Plan } from '@livekit-swarm/scenario';
import type { Drill } from './drill.ts';
import { drillTimes } from './drill-times.ts';
import { JOIN_PROBE_ROLE, ROOM_PREFIX } from './scenario-of-drill.ts';

const JOIN_PROBE_GROUP = 'join-probes';

/** Time for a new room to exist before the second participant joins it. */
const STAGGER_MS = 500;

/**
 * Participants that join from the steady state to the end, to test new joins: alternately one joins
 * a room of the load, and two join a new room. Every other join into the load is into the first
 * room, which faults target; the others rotate. In rooms of the load probes only subscribe, so that
 * no participant of the load waits for their media; in a new room they publish, to show that it
 * carries media.
 * @param plan of the drill's scenario
 * @returns their plans in order, with indexes after those of the load; empty without join probes
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
  const sessions: Pick<
    ParticipantPlan,
    'identity' | 'room' | 'joinAtMs' | 'leaveAtMs' | 'publish'
  >[] = [];
  for (let count = 0; ; count++) {
    const joinAtMs = steadyFromMs + count * everyMs;
    const leaveAtMs = joinAtMs + sessionMs;
    if (leaveAtMs > plan.endAtMs) break;
    const number = count + 1;
    const round = Math.floor(count / 2);
    if (count % 2 === 0) {
      const other = others[((round - 1) / 2) % others.length];
      sessions.push({
        identity: `${run}-probe-${number}`,
        room: round % 2 === 0 ? firstRoom : (other ?? firstRoom),
        joinAtMs,
        leaveAtMs,
        publish: [],
      });
    } else {
      const room = `${ROOM_PREFIX}-${run}-probe-${number}`;
      const both = { room, leaveAtMs, publish: [{ kind: 'audio' as const }] };
      sessions.push({ identity: `${run}-probe-${number}a`, joinAtMs, ...both });
      sessions.push({
        identity: `${run}-probe-${number}b`,
        joinAtMs: joinAtMs + staggerMs,
        ...both,
      });
    }
  }
  sessions.sort((a, b) => a.joinAtMs - b.joinAtMs);
  return sessions.map((session, position) => ({
    index: plan.participants.length + position,
    ...session,
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
