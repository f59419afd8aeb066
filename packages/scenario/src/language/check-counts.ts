import {
  type Finding,
  findingAt,
  type MapTree,
  type Path,
  type Tree,
  treeAt,
} from '@livekit-swarm/settings';
import { countLessons } from './window-names.ts';

/** Limits on lists: higher than any scenario needs, and low enough for quick checks. */
const LIMITS = {
  groups: 500,
  roles: 100,
  stages: 1_000,
  lessons: 1_000,
  windows: 1_000,
  thresholds: 1_000,
  scales: 20,
} as const;

/** Largest number of lessons, repetitions included. */
const MAX_LESSONS = 10_000;

/** Find lists that are too long to be checked. */
export const checkCounts = (tree: MapTree): Finding[] => {
  const check = (path: Path, limit: number): Finding[] => {
    const count = itemsIn(treeAt(tree, path));
    return count > limit
      ? [findingAt(tree, path, `has ${count} entries; at most ${limit}`, null, 'key')]
      : [];
  };
  const groups = treeAt(tree, ['groups']);
  return [
    ...check(['groups'], LIMITS.groups),
    ...(groups?.type === 'map' ? [...groups.entries.keys()] : []).flatMap((name) => [
      ...check(['groups', name, 'roles'], LIMITS.roles),
      ...check(['groups', name, 'stages'], LIMITS.stages),
      ...check(['groups', name, 'lessons'], LIMITS.lessons),
    ]),
    ...check(['windows'], LIMITS.windows),
    ...check(['thresholds'], LIMITS.thresholds),
    ...check(['scales'], LIMITS.scales),
    ...(countLessons(tree) > MAX_LESSONS
      ? [findingAt(tree, ['groups'], `have more than ${MAX_LESSONS} lessons`, null, 'key')]
      : []),
  ];
};

const itemsIn = (tree: Tree | undefined): number =>
  tree?.type === 'map' ? tree.entries.size : tree?.type === 'list' ? tree.items.length : 0;
