import type { NamedWindow, RoleSpec, Scenario, TrackPlan } from '@livekit-swarm/scenario';
import type { Drill, DrillCrowd } from './drill.ts';
import { type DrillTimes, drillTimes } from './drill-times.ts';
import { CROWD_ROLE } from './roles.ts';

/** The only group of a drill's scenario, and what its rooms' names begin with. */
export const CROWD_GROUP = 'crowd';
export const ROOM_PREFIX = 'drill';

/** The parts of a drill that thresholds speak of; a drill without faults has no `fault`. */
export const DRILL_WINDOWS = ['baseline', 'fault', 'recovery'] as const;

export type DrillWindow = (typeof DRILL_WINDOWS)[number];

/**
 * The drill's crowd as a scenario: rooms that stay open until the drill is over, with the windows `baseline` (it is steady), `fault` (from the first
 * injection until everything is healed, at least 15 s) and `recovery` (from then to the end).
 */
export const scenarioOfDrill = (drill: Drill): Scenario => {
  const times = drillTimes(drill);
  const { rooms, joinRate } = drill.crowd;
  return {
    name: drill.name,
    description: drill.description,
    tags: drill.tags,
    seed: drill.seed,
    groups: [
      {
        name: CROWD_GROUP,
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
        roles: [roleOf(drill.crowd)],
      },
    ],
    windows: windowsOf(times),
    thresholds: drill.thresholds,
  };
};

const roleOf = ({ participants, publish }: DrillCrowd): RoleSpec => ({
  name: CROWD_ROLE,
  count: participants,
  publish: publish.map(trackOf),
  data: null,
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  network: null,
  permanent: false,
});

/** Small video: a drill is about who sees whom at all. */
const trackOf = (kind: DrillCrowd['publish'][number]): TrackPlan =>
  kind === 'audio'
    ? { kind }
    : { kind, source: 'camera', codec: 'vp8', resolution: '360p', simulcast: false };

const windowsOf = ({
  steadyFromMs,
  zeroMs,
  faultFromMs,
  recoveryFromMs,
}: DrillTimes): NamedWindow[] => [
  { name: 'baseline', fromMs: steadyFromMs, toMs: zeroMs },
  ...(recoveryFromMs > faultFromMs
    ? [{ name: 'fault', fromMs: faultFromMs, toMs: recoveryFromMs }]
    : []),
  { name: 'recovery', fromMs: recoveryFromMs, toMs: null },
];
