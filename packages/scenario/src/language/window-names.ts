/** Names of the parts of a run: stages and lessons of groups, custom windows. Thresholds speak of them (`@NAME`), so no two may be alike. */
import { type MapTree, type Path, type Tree, treeAt } from '@livekit-swarm/settings';

/** The name of a stage that has none. */
export const stageName = (name: string | undefined, index: number, prefix: string): string =>
  name ?? `${prefix}stage-${index + 1}`;

/** A lesson's name; of one that is repeated, as many as times. */
export const lessonNames = (
  name: string | undefined,
  times: number | undefined,
  index: number,
  prefix: string,
): string[] => {
  const own = name ?? `${prefix}lesson-${index + 1}`;
  return times === undefined
    ? [own]
    : Array.from({ length: times }, (_, time) => `${own}-${time + 1}`);
};

export interface WindowName {
  name: string;
  /** For messages: `a stage of calls`. */
  of: string;
  /** Where it is written, or would be. */
  path: Path;
}

/** What unnamed stages of a group begin with: nothing, unless several groups have stages. */
export const windowPrefixes = (tree: MapTree): ((group: string) => string) => {
  const several =
    groupsIn(tree).filter(
      ([, group]) => listAt(group, 'stages') !== null || listAt(group, 'lessons') !== null,
    ).length > 1;
  return (group) => (several ? `${group}-` : '');
};

/** All names as they stand in a file, whatever else is wrong with it. */
export const windowNamesIn = (tree: MapTree): { stages: WindowName[]; stretches: WindowName[] } => {
  const prefixOf = windowPrefixes(tree);
  const stages = groupsIn(tree).flatMap(([group, groupTree]) => {
    const at = ['groups', group];
    const part = (name: string, ...path: Path): WindowName => ({
      name,
      of: `a stage of ${group}`,
      path: [...at, ...path, 'name'],
    });
    return [
      ...(listAt(groupTree, 'stages') ?? []).map((stage, index) =>
        part(stageName(nameIn(stage), index, prefixOf(group)), 'stages', index),
      ),
      ...(listAt(groupTree, 'lessons') ?? []).flatMap((lesson, index) =>
        lessonNames(nameIn(lesson), timesIn(lesson), index, prefixOf(group)).map((name) =>
          part(name, 'lessons', index),
        ),
      ),
    ];
  });
  const stretches = (listAt(tree, 'windows') ?? []).flatMap((stretch, index): WindowName[] => {
    const name = nameIn(stretch);
    return name === undefined
      ? []
      : [{ name, of: 'another window', path: ['windows', index, 'name'] }];
  });
  return { stages: stages, stretches };
};

/** How many lessons there are once those that repeat are written out. */
export const countLessons = (tree: MapTree): number =>
  groupsIn(tree).reduce(
    (sum, [, group]) =>
      sum +
      (listAt(group, 'lessons') ?? []).reduce((count, lesson) => count + (timesIn(lesson) ?? 1), 0),
    0,
  );

const groupsIn = (tree: MapTree): [string, Tree][] => {
  const groups = tree.entries.get('groups')?.value;
  return groups?.type === 'map'
    ? [...groups.entries].map(([name, { value }]) => [name, value])
    : [];
};

const listAt = (tree: Tree, key: string): readonly Tree[] | null => {
  const list = treeAt(tree, [key]);
  return list?.type === 'list' ? list.items : null;
};

const nameIn = (tree: Tree): string | undefined => {
  const name = treeAt(tree, ['name']);
  return name?.type === 'scalar' && typeof name.value === 'string' ? name.value : undefined;
};

const MOST_TIMES = 1_000;

const timesIn = (tree: Tree): number | undefined => {
  const times = treeAt(tree, ['repeat', 'times']);
  if (times?.type !== 'scalar' || typeof times.value !== 'number') return undefined;
  return Number.isInteger(times.value) && times.value >= 1 && times.value <= MOST_TIMES
    ? times.value
    : undefined;
};
