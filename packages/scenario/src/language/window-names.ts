/**
 * Names of stages and lessons of groups, and of named windows. Thresholds refer to them (`@NAME`),
 * so they must be unique.
 */
import { type MapTree, type Path, type Tree, treeAt } from '@livekit-swarm/settings';
import type { Complain } from './checks.ts';

/** Windows of every run. */
export const BUILTIN_WINDOWS = ['joining', 'steady'] as const;

/** Name of a stage; unnamed ones are numbered. */
export const stageName = (name: string | undefined, index: number, prefix: string): string =>
  name ?? `${prefix}stage-${index + 1}`;

/** Names of a lesson: one for each repetition. */
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
  /** Description for messages: `a stage of calls`. */
  of: string;
  /** Position of the name in the file, or where it could be written. */
  path: Path;
}

/** Prefix of unnamed stages of a group: empty unless several groups have stages. */
export const windowPrefixes = (tree: MapTree): ((group: string) => string) => {
  const several =
    groupsIn(tree).filter(
      ([, group]) => listAt(group, 'stages') !== null || listAt(group, 'lessons') !== null,
    ).length > 1;
  return (group) => (several ? `${group}-` : '');
};

/** All names in a file, even if it has other problems. */
export const windowNamesIn = (tree: MapTree): { stages: WindowName[]; windows: WindowName[] } => {
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
  const windows = (listAt(tree, 'windows') ?? []).flatMap((window, index): WindowName[] => {
    const name = nameIn(window);
    return name === undefined
      ? []
      : [{ name, of: 'another window', path: ['windows', index, 'name'] }];
  });
  return { stages, windows };
};

/** Number of lessons, repetitions included. */
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

const MAX_TIMES = 1_000;

const timesIn = (tree: Tree): number | undefined => {
  const times = treeAt(tree, ['repeat', 'times']);
  if (times?.type !== 'scalar' || typeof times.value !== 'number') return undefined;
  return Number.isInteger(times.value) && times.value >= 1 && times.value <= MAX_TIMES
    ? times.value
    : undefined;
};

/** Check that names of stages, lessons, named windows and built-in windows are unique. */
export const checkNames = (parts: readonly WindowName[], complain: Complain): void => {
  const taken = new Map<string, string>(
    BUILTIN_WINDOWS.map((name) => [name, 'a window that every run has']),
  );
  for (const { name, of, path } of parts) {
    const holder = taken.get(name);
    if (holder === undefined) taken.set(name, of);
    else
      complain(
        path,
        `the name "${name}" is taken by ${holder}`,
        'choose another: thresholds refer to windows by name (@NAME)',
      );
  }
};
