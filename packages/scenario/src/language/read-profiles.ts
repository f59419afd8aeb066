import {
  type MapTree,
  type Path,
  plainOf,
  quote,
  type Tree,
  treeAt,
} from '@livekit-swarm/settings';
import type { Profiles } from '../role-keys/definition.ts';
import {
  noSuchProfile,
  ONE_OF_EACH,
  published,
  repeatedSource,
  TRACK_WORDS,
  tracksOf,
} from '../role-keys/publish.ts';
import type { TrackPlan } from '../track-plan.ts';
import type { Checks } from './checks.ts';

/** Read the profiles of a file. An invalid profile has no tracks, but its name is known. */
export const readProfiles = (tree: MapTree, checks: Checks): Profiles => {
  const profiles: Record<string, readonly TrackPlan[]> = Object.create(null);
  const map = tree.entries.get('profiles')?.value;
  if (map?.type !== 'map') return profiles;
  for (const [name, { value }] of map.entries) {
    const given = published.safeParse(plainOf(value));
    profiles[name] = given.success ? readProfile(name, given.data, checks) : [];
    if (!isPublished(tree, name))
      checks.warn(['profiles', name], 'no role publishes this profile', 'leave it out', 'key');
  }
  return profiles;
};

const readProfile = (
  name: string,
  given: Parameters<typeof tracksOf>[0],
  { complain }: Checks,
): readonly TrackPlan[] => {
  const at: Path = ['profiles', name];
  if (TRACK_WORDS.some((word) => word === name)) {
    complain(at, `${quote(name)} is a track already`, 'give the profile another name', 'key');
  }
  const tracks = tracksOf(given, {}, (unknown, index) => {
    const { message, hint } = noSuchProfile(unknown, []);
    complain([...at, ...(index === null ? [] : [index])], message, hint);
  });
  const twice = repeatedSource(tracks);
  if (twice !== null) complain(at, `has ${twice} twice`, ONE_OF_EACH);
  return tracks;
};

/** Check whether some role publishes the profile. */
const isPublished = (tree: MapTree, profile: string): boolean =>
  childrenOf(treeAt(tree, ['groups'])).some((group) =>
    childrenOf(treeAt(group, ['roles'])).some((role) => {
      const published = treeAt(role, ['publish']);
      const items = published?.type === 'list' ? published.items : [published];
      return items.some((item) => item?.type === 'scalar' && item.value === profile);
    }),
  );

const childrenOf = (tree: Tree | undefined): Tree[] =>
  tree?.type === 'map' ? [...tree.entries.values()].map(({ value }) => value) : [];
