import { parseThreshold } from '@livekit-swarm/metrics';
import {
  DEFAULT_ROLE,
  expandPlan,
  type NamedWindow,
  type ParticipantPlan,
  type Plan,
  type RoleSpec,
  type Scenario,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import type { Drill, DrillLoad } from './drill.ts';
import { type DrillTimes, drillTimes } from './schedule.ts';

/** Role of participants whose recovery is measured. They publish, and subscribe to each other. */
export const LOAD_ROLE = 'participant';

/** Role of participants that join during a drill, receive media for a moment, and leave. */
export const JOIN_PROBE_ROLE = 'join-probe';

/** Name of the only group of a drill's scenario, and prefix of its rooms. */
export const LOAD_GROUP = 'load';
export const ROOM_PREFIX = 'drill';

/** Windows of a drill that thresholds may name; a drill without faults has no `fault`. */
export const DRILL_WINDOWS = ['baseline', 'fault', 'recovery'] as const;

/**
 * Scenario of a drill's load: rooms that stay open until the end, with the windows `baseline`
 * (steady state), `fault` (from the first injection to the last rollback, at least 15 s) and
 * `recovery` (from then to the end).
 */
export const scenarioOfDrill = (drill: Drill): Scenario => {
  const times = drillTimes(drill);
  const { rooms, joinRate } = drill.load;
  return {
    name: drill.name,
    description: drill.description,
    tags: drill.tags,
    seed: drill.seed,
    groups: [
      {
        name: LOAD_GROUP,
        room: null,
        roomPrefix: ROOM_PREFIX,
        startMs: 0,
        joinSpreadMs: 0,
        executor: {
          type: 'constant-rooms',
          rooms,
          joinRate,
          durationMs: times.endMs - times.lastJoinMs,
        },
        roles: [roleOf(drill.load)],
      },
    ],
    windows: windowsOf(times),
    thresholds: drill.thresholds.map(parseThreshold),
  };
};

const roleOf = ({ participants, publish, path }: DrillLoad): RoleSpec => ({
  name: LOAD_ROLE,
  count: participants,
  publish: publish.map(trackOf),
  ...DEFAULT_ROLE,
  path,
});

/**
 * Track of the load. Videos have a low resolution: a drill measures whether media arrives, not its
 * quality.
 */
const trackOf = (kind: DrillLoad['publish'][number]): TrackPlan =>
  kind === 'audio'
    ? { kind }
    : { kind, source: 'camera', codec: 'vp8', resolution: '360p', simulcast: false };

const windowsOf = ({
  steadyFromMs,
  steadyMs,
  faultFromMs,
  recoveryFromMs,
}: DrillTimes): NamedWindow[] => [
  { name: 'baseline', fromMs: steadyFromMs, toMs: steadyMs },
  ...(recoveryFromMs > faultFromMs
    ? [{ name: 'fault', fromMs: faultFromMs, toMs: recoveryFromMs }]
    : []),
  { name: 'recovery', fromMs: recoveryFromMs, toMs: null },
];

const JOIN_PROBE_GROUP = 'join-probes';

/** Time before the second participant joins a new room, ms: the room must exist. */
const STAGGER_MS = 500;

/**
 * Plans of the join probes, participants that join from the steady state to the end as a test of
 * new joins: alternately one joins a room of the load, and two join a new room. Every other join
 * into the load is into the first room, which faults target; the others rotate. In rooms of the
 * load probes only subscribe, so that no participant of the load waits for their media; in a new
 * room they also publish.
 * @param plan plan of the drill's scenario
 * @returns plans in order, with indexes after those of the load; empty without join probes
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
    path: drill.load.path,
    e2ee: null,
    expectedTracks: { audio: 0, video: 0 },
  }));
};

/** Plan of the load of a drill and its join probes. */
export const planOfDrill = (drill: Drill, name: string): Plan => {
  const plan = expandPlan(scenarioOfDrill(drill), name);
  return { ...plan, participants: [...plan.participants, ...joinProbesOf(drill, plan)] };
};
