import { parseThreshold } from '@livekit-swarm/metrics';
import type { NamedWindow, RoleSpec, Scenario, TrackPlan } from '@livekit-swarm/scenario';
import type { Drill, DrillLoad } from './drill.ts';
import { type DrillTimes, drillTimes } from './drill-times.ts';

/** Participants whose recovery is measured. They publish, and subscribe to each other. */
export const LOAD_ROLE = 'participant';

/** Participants that join during a drill, receive for a moment, and leave. */
export const JOIN_PROBE_ROLE = 'join-probe';

/** The only group of a drill's scenario, and the prefix of its rooms. */
export const LOAD_GROUP = 'load';
export const ROOM_PREFIX = 'drill';

/** Windows of a drill that thresholds may name; a drill without faults has no `fault`. */
export const DRILL_WINDOWS = ['baseline', 'fault', 'recovery'] as const;

export type DrillWindow = (typeof DRILL_WINDOWS)[number];

/**
 * The load of the drill as a scenario: rooms that stay open until the end, with the windows
 * `baseline` (steady state), `fault` (from the first injection to the last rollback, at least 15 s)
 * and `recovery` (from then to the end).
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

const roleOf = ({ participants, publish }: DrillLoad): RoleSpec => ({
  name: LOAD_ROLE,
  count: participants,
  publish: publish.map(trackOf),
  data: null,
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  network: null,
  permanent: false,
});

/** Low-resolution video: a drill measures whether media is received, not how good it is. */
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
