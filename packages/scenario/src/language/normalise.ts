import { type GroupFile, readExecutor } from '../executors/registry.ts';
import { DEFAULT_ROLE, type RoleSpec } from '../role-keys/registry.ts';
import type { GroupSpec } from '../scenario.ts';
import { TRACKS_BY_WORD } from '../track-file.ts';
import type { TrackPlan } from '../track-plan.ts';
import type { ScenarioFile } from './schema/file.ts';
import type { RoleFile } from './schema/role.ts';

type Item = ScenarioFile['profiles'][string];
type Profiles = Readonly<Record<string, readonly TrackPlan[]>>;

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
    const word = Object.hasOwn(TRACKS_BY_WORD, item) ? TRACKS_BY_WORD[item] : undefined;
    if (word !== undefined) return [word];
    const profile = Object.hasOwn(profiles, item) ? profiles[item] : undefined;
    if (profile === undefined) unknown(item, index);
    return profile ?? [];
  };
  if (given === NOTHING) return [];
  return typeof given === 'string' ? [...one(given, null)] : given.flatMap(one);
};

/** The role with defaults filled in, some of which its group has. */
const roleSpecOf = (
  name: string,
  role: RoleFile,
  profiles: Profiles,
  { path = DEFAULT_ROLE.path, e2ee = DEFAULT_ROLE.e2ee }: Pick<GroupFile, 'path' | 'e2ee'>,
): RoleSpec => {
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
    ...(role.hostSelector === undefined ? {} : { hostSelector: role.hostSelector }),
    ...(role.rateAdaptation === true && { rateAdaptation: true }),
    permanent: role.permanent,
    path: role.path ?? path,
    ...(role.engine !== undefined && role.engine !== 'native' && { engine: role.engine }),
    ...(role.departure !== undefined &&
      role.departure !== 'leave' && { departure: role.departure }),
    ...(role.actions !== undefined && role.actions.length > 0 && { actions: role.actions }),
    ...(role.turns !== undefined && { turns: role.turns }),
    ...(role.connect !== undefined && { connect: role.connect }),
    e2ee: role.e2ee === undefined ? e2ee : role.e2ee,
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
  roles: Object.entries(group.roles).map(([role, spec]) => roleSpecOf(role, spec, profiles, group)),
});
