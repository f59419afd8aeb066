import type { Threshold } from '@livekit-swarm/metrics';
import type { LoadSpec } from './load-spec.ts';
import type { RoleSpec, TrackPlan } from './role-spec.ts';
import type { Scenario } from './scenario.ts';

/** The name of a scenario that came from flags. */
export const FLAGS_SCENARIO = 'swarm';

/** The only group of a scenario that came from flags. */
export const FLAGS_GROUP = 'load';

/**
 * The scenario that flags describe: one group of constant rooms, with publishers and subscribers.
 */
export const scenarioOfLoad = (load: LoadSpec, thresholds: Threshold[] = []): Scenario => ({
  name: FLAGS_SCENARIO,
  description: null,
  tags: {},
  seed: 1,
  groups: [
    {
      name: FLAGS_GROUP,
      room: load.room,
      roomPrefix: load.roomPrefix,
      startMs: 0,
      joinSpreadMs: 0,
      executor: {
        type: 'constant-rooms',
        rooms: load.rooms,
        joinRate: load.joinRate,
        durationMs: load.durationMs,
      },
      roles: rolesOf(load),
    },
  ],
  windows: [],
  thresholds,
});

const rolesOf = (load: LoadSpec): RoleSpec[] => {
  const publish = trackPlans(load);
  const speaks = publish.length > 0 || load.data !== null;
  const listening = load.subscribers + (speaks ? 0 : load.participants);
  return [
    ...(speaks && load.participants > 0
      ? [roleOf(load, 'publisher', load.participants, publish)]
      : []),
    ...(listening > 0 ? [roleOf(load, 'subscriber', listening, [])] : []),
  ];
};

const roleOf = (
  load: LoadSpec,
  name: 'publisher' | 'subscriber',
  count: number,
  publish: TrackPlan[],
): RoleSpec => ({
  name,
  count,
  publish,
  data: name === 'publisher' ? load.data : null,
  subscribe: load.layout.type !== 'none',
  layout: load.layout,
  grants: {},
  network: null,
  permanent: false,
});

const trackPlans = ({ publish, codec, video, simulcast }: LoadSpec): TrackPlan[] =>
  publish.map((kind) =>
    kind === 'audio' ? { kind } : { kind, source: 'camera', codec, resolution: video, simulcast },
  );
