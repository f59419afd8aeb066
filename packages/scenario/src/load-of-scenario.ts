import type { LoadSpec } from './load-spec.ts';
import { DEFAULT_LOAD_SPEC } from './load-spec.ts';
import type { RoleSpec } from './role-spec.ts';
import type { Scenario } from './scenario.ts';
import { scenarioOfLoad } from './scenario-of-load.ts';

/** What flags would have to say for the same scenario, its thresholds apart; null when flags cannot say it. */
export const loadOfScenario = (scenario: Scenario): LoadSpec | null => {
  const load = likeliest(scenario);
  // Whether it is the same is for the way back to say: whatever flags have no word for differs then.
  return load !== null && same(scenarioOfLoad(load, scenario.thresholds), scenario) ? load : null;
};

const likeliest = ({ groups }: Scenario): LoadSpec | null => {
  const [group] = groups;
  if (group === undefined || group.executor.type !== 'constant-rooms') return null;
  const publisher = group.roles.find(({ name }) => name === 'publisher');
  const listeners = group.roles.find(({ name }) => name === 'subscriber')?.count ?? 0;
  const { rooms, joinRate, durationMs } = group.executor;
  return {
    ...DEFAULT_LOAD_SPEC,
    ...mediaOf(publisher),
    rooms,
    room: group.room,
    roomPrefix: group.roomPrefix,
    // Where nobody publishes, whoever joins is a participant.
    participants: publisher?.count ?? listeners,
    subscribers: publisher === undefined ? 0 : listeners,
    layout: group.roles[0]?.layout ?? DEFAULT_LOAD_SPEC.layout,
    joinRate,
    durationMs,
  };
};

const mediaOf = (publisher: RoleSpec | undefined): Partial<LoadSpec> => {
  const tracks = publisher?.publish ?? [];
  const video = tracks.find((track) => track.kind === 'video');
  return {
    publish: tracks.map(({ kind }) => kind),
    data: publisher?.data ?? null,
    ...(video === undefined
      ? {}
      : { video: video.resolution, codec: video.codec, simulcast: video.simulcast }),
  };
};

/** Equal as JSON, whatever the order of keys. */
const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
};
