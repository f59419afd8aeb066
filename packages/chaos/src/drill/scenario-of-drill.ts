import { parseThreshold } from '@livekit-swarm/metrics';
import {
  DEFAULT_ROLE,
  expandPlan,
  type NamedWindow,
  type ParticipantPlan,
  type Plan,
  planUntil,
  type RoleSpec,
  type Scenario,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import type { Drill, RoomsLoad } from './drill.ts';
import { scenarioUntil } from './scenario-until.ts';
import { type DrillTimes, drillTimes } from './schedule.ts';

/** Role in rooms of equal form: its participants publish, and subscribe to each other. */
export const LOAD_ROLE = 'participant';

/**
 * Role of participants that join during a drill, receive media for a moment, and leave. All others
 * are the load, whose recovery is measured.
 */
export const JOIN_PROBE_ROLE = 'join-probe';

/** Returns true for a participant of the load. */
export const isLoad = ({ role }: { role?: string | undefined }): boolean =>
  role !== undefined && role !== JOIN_PROBE_ROLE;

/** Name of the only group of rooms of equal form, and prefix of its rooms. */
export const LOAD_GROUP = 'load';
export const ROOM_PREFIX = 'drill';

/** Windows of a drill that thresholds may name; a drill without faults has no `fault`. */
export const DRILL_WINDOWS = ['baseline', 'fault', 'recovery'] as const;

/**
 * Scenario of a drill's load, until the end of the drill, with the windows `baseline` (steady
 * state), `fault` (from the first injection to the last rollback, at least 15 s) and `recovery`
 * (from then to the end). Thresholds are those of the drill.
 */
export const scenarioOfDrill = (drill: Drill): Scenario => {
  const times = drillTimes(drill);
  const windows = windowsOf(times);
  const thresholds = drill.thresholds.map(parseThreshold);
  const { name, load } = drill;
  if ('scenario' in load) {
    const extended = scenarioUntil(load.scenario, times.endMs);
    const tags = { ...extended.tags, ...drill.tags };
    return { ...extended, name, description: drill.description, tags, windows, thresholds };
  }
  return {
    name,
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
          rooms: load.rooms,
          joinRate: load.joinRate,
          durationMs: times.endMs - times.lastJoinMs,
        },
        roles: [roleOf(load)],
      },
    ],
    windows,
    thresholds,
  };
};

const roleOf = ({ participants, publish, path }: RoomsLoad): RoleSpec => ({
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
const trackOf = (kind: RoomsLoad['publish'][number]): TrackPlan =>
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

export const JOIN_PROBE_GROUP = 'join-probes';

/** Time before the second participant joins a new room, ms: the room must exist. */
const STAGGER_MS = 500;

/**
 * Plans of the join probes, participants that join from the steady state to the end as a test of
 * new joins: alternately one joins a room of the load, and two join a new room. Every other join
 * into the load is into the first room, which faults target; the others rotate. Rooms that are not
 * open at the time are left out. In rooms of the load probes only subscribe, so that no participant
 * of the load waits for their media; in a new room they also publish.
 * @param plan plan of the drill's load
 * @param run random word of the run, which begins all identities
 * @returns plans in order, with indexes after those of the load; empty without join probes
 */
export const joinProbesOf = (
  drill: Pick<Drill, 'joinProbes' | 'load' | 'steadyState' | 'faults' | 'recoveryMs'>,
  plan: Plan,
  run: string,
): ParticipantPlan[] => {
  const { joinProbes } = drill;
  const [first] = plan.participants;
  if (joinProbes === null || first === undefined) return [];
  const rooms = openTimes(plan);
  const { steadyFromMs } = drillTimes(drill);
  const { everyMs, sessionMs, staggerMs = STAGGER_MS } = joinProbes;
  const sessions: Pick<
    ParticipantPlan,
    'identity' | 'room' | 'joinAtMs' | 'leaveAtMs' | 'publish' | 'path' | 'e2ee'
  >[] = [];
  for (let count = 0; ; count++) {
    const joinAtMs = steadyFromMs + count * everyMs;
    const leaveAtMs = joinAtMs + sessionMs;
    if (leaveAtMs > plan.endAtMs) break;
    const number = count + 1;
    const round = Math.floor(count / 2);
    if (count % 2 === 0) {
      const [firstRoom, ...others] = rooms.filter(
        ({ fromMs, toMs }) => fromMs < joinAtMs && toMs >= leaveAtMs,
      );
      const other = others[((round - 1) / 2) % others.length];
      const joined = round % 2 === 0 ? firstRoom : (other ?? firstRoom);
      if (joined === undefined) continue;
      const { room, path, e2ee } = joined;
      const identity = `${run}-probe-${number}`;
      sessions.push({ identity, room, joinAtMs, leaveAtMs, publish: [], path, e2ee });
    } else {
      const room = `${ROOM_PREFIX}-${run}-probe-${number}`;
      const publish = [{ kind: 'audio' as const }];
      const both = { room, leaveAtMs, publish, path: first.path, e2ee: null };
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

interface OpenRoom extends Pick<ParticipantPlan, 'room' | 'path' | 'e2ee'> {
  fromMs: number;
  toMs: number;
}

/** Rooms by name, with the times at which participants are in them. */
const openTimes = ({ participants }: Plan): OpenRoom[] =>
  [...Map.groupBy(participants, ({ room }) => room)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([room, present]): OpenRoom[] => {
      const [first] = present;
      if (first === undefined) return [];
      const fromMs = Math.min(...present.map(({ joinAtMs }) => joinAtMs));
      const toMs = Math.max(...present.map(({ leaveAtMs }) => leaveAtMs));
      return [{ room, path: first.path, e2ee: first.e2ee, fromMs, toMs }];
    });

/** Plan of the load of a drill and its join probes. */
export const planOfDrill = (drill: Drill, name: string): Plan => {
  const plan = planOfLoad(drill, name);
  return { ...plan, participants: [...plan.participants, ...joinProbesOf(drill, plan, name)] };
};

/** Plan of the load of a drill: it ends with the drill. */
export const planOfLoad = (drill: Drill, name: string): Plan =>
  planUntil(expandPlan(scenarioOfDrill(drill), name), drillTimes(drill).endMs);
