/** Loads for tests: the default scenario of `swarm` with other numbers. */
import type { Threshold } from '@livekit-swarm/metrics';
import {
  type DataTraffic,
  FLAGS_GROUP,
  FLAGS_SCENARIO,
  type Kind,
  type Layout,
  type Resolution,
  type RoleSpec,
  type Scenario,
  type VideoCodec,
} from '@livekit-swarm/scenario';
import { groupOf, roleOf, scenarioOf } from './scenario-of.ts';

/** One group of constant rooms. */
export interface LoadSpec {
  rooms: number;
  room: string | null;
  roomPrefix: string;
  /** Publishers per room. */
  participants: number;
  /** Additional participants per room that only subscribe. */
  subscribers: number;
  publish: Kind[];
  video: Resolution;
  codec: VideoCodec;
  simulcast: boolean;
  layout: Layout;
  data: DataTraffic | null;
  joinRate: number;
  durationMs: number;
}

/** A load with default values for missing ones. */
export const specOf = (changes: Partial<LoadSpec> = {}): LoadSpec => ({
  rooms: 20,
  room: null,
  roomPrefix: 'swarm',
  participants: 2,
  subscribers: 0,
  publish: ['audio'],
  video: '720p',
  codec: 'vp8',
  simulcast: false,
  layout: { type: 'all' },
  data: null,
  joinRate: 50,
  durationMs: 30_000,
  ...changes,
});

export const scenarioOfLoad = (
  changes: Partial<LoadSpec> = {},
  thresholds: Threshold[] = [],
): Scenario => {
  const load = specOf(changes);
  const { room, roomPrefix, rooms, joinRate, durationMs } = load;
  const executor = { type: 'constant-rooms', rooms, joinRate, durationMs } as const;
  const group = groupOf(executor, { name: FLAGS_GROUP, room, roomPrefix, roles: rolesOf(load) });
  return scenarioOf([group], { name: FLAGS_SCENARIO, thresholds });
};

const rolesOf = (load: LoadSpec): RoleSpec[] => {
  const { participants, publish, data, layout, codec, video, simulcast } = load;
  const sends = publish.length > 0 || data !== null;
  const subscriber = roleOf({
    name: 'subscriber',
    count: load.subscribers + (sends ? 0 : participants),
    publish: [],
    subscribe: layout.type !== 'none',
    layout,
  });
  const publisher = roleOf({
    ...subscriber,
    name: 'publisher',
    count: sends ? participants : 0,
    publish: publish.map((kind) =>
      kind === 'audio' ? { kind } : { kind, source: 'camera', codec, resolution: video, simulcast },
    ),
    data,
  });
  return [publisher, subscriber].filter(({ count }) => count > 0);
};
