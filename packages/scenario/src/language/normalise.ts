import { type GroupFile, readExecutor } from '../executors/registry.ts';
import { DEFAULT_ROLE, type RoleSpec, type TrackPlan } from '../role-spec.ts';
import type { GroupSpec } from '../scenario.ts';
import type { ScenarioFile } from './schema/file.ts';
import type { RoleFile } from './schema/role.ts';

type Item = ScenarioFile['profiles'][string];
type Profiles = Readonly<Record<string, readonly TrackPlan[]>>;

const WORDS: Readonly<Record<string, TrackPlan>> = {
  audio: { kind: 'audio' },
  video: { kind: 'video', source: 'camera', codec: 'vp8', resolution: '720p', simulcast: false },
  screen: { kind: 'video', source: 'screen', codec: 'vp8', resolution: '1080p', simulcast: false },
};

/** As `--publish none`. */
const NOTHING = 'none';

/** The tracks of `publish`. `unknown` is called for what is neither a track nor a profile. */
export const tracksOf = (
  given: Item,
  profiles: Profiles,
  unknown: (name: string, index: number | null) => void = () => {},
): TrackPlan[] => {
  const one = (item: string | TrackPlan, index: number | null): readonly TrackPlan[] => {
    if (typeof item !== 'string') return [item];
    const word = Object.hasOwn(WORDS, item) ? WORDS[item] : undefined;
    if (word !== undefined) return [word];
    const profile = Object.hasOwn(profiles, item) ? profiles[item] : undefined;
    if (profile === undefined) unknown(item, index);
    return profile ?? [];
  };
  if (given === NOTHING) return [];
  return typeof given === 'string' ? [...one(given, null)] : given.flatMap(one);
};

/** Microphone, camera or screen: a participant has one of each at most. */
export const sourceOf = (track: TrackPlan): 'audio' | 'camera' | 'screen' =>
  track.kind === 'audio' ? 'audio' : track.source;

/** The role with defaults filled in. */
export const roleSpecOf = (name: string, role: RoleFile, profiles: Profiles): RoleSpec => {
  const layout = role.layout ?? (role.subscribe === false ? { type: 'none' } : DEFAULT_ROLE.layout);
  return {
    name,
    count: role.count,
    publish: tracksOf(role.publish, profiles),
    data: role.data ?? DEFAULT_ROLE.data,
    subscribe: role.subscribe ?? layout.type !== 'none',
    layout,
    grants: role.grants ?? DEFAULT_ROLE.grants,
    network: role.network ?? DEFAULT_ROLE.network,
    permanent: role.permanent,
  };
};

/** @param prefix of unnamed stages, so that those of several groups differ */
export const groupSpecOf = (
  name: string,
  group: GroupFile,
  profiles: Profiles,
  prefix: string,
): GroupSpec => ({
  name,
  room: group.room ?? null,
  roomPrefix: group.roomPrefix ?? 'swarm',
  startMs: group.startTime,
  joinSpreadMs: group.joinSpread,
  executor: readExecutor(group, prefix),
  roles: Object.entries(group.roles).map(([role, spec]) => roleSpecOf(role, spec, profiles)),
});
