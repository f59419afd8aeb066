import type { TrackPlan } from '../plan.ts';
import { type Checks, checkGroup } from './check-group.ts';
import { checkNames, checkWhole } from './check-rooms.ts';
import { explainIssues, type Finding, findingAt } from './explain-issues.ts';
import { groupSpecOf, partNames, sourceOf, tracksOf } from './normalise.ts';
import { readThresholds } from './read-thresholds.ts';
import type { NamedStretch, Scenario } from './scenario.ts';
import {
  fileKeys,
  file as fileSchema,
  type GroupFile,
  groupOfUnknownExecutor,
  group as groupSchema,
  type ScenarioFile,
} from './schema/file.ts';
import { publish } from './schema/media.ts';
import { noSuchProfile, TRACK_WORDS } from './schema/role.ts';
import { quote } from './schema/say.ts';
import { factsOf, type ThresholdFacts } from './threshold-facts.ts';
import { type MapTree, type Path, plainOf, type Tree, treeAt } from './yaml/tree.ts';

export interface Interpretation {
  /** Null when something is wrong. */
  scenario: Scenario | null;
  findings: Finding[];
  warnings: Finding[];
}

/** What a file means, its scale already applied. Everything that is wrong is found at once, as far as one thing does not hide another. */
export const interpret = (tree: MapTree): Interpretation => {
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  const checks: Checks = {
    complain: (path, message, hint, where) => findings.push(findingAt(tree, path, message, hint, where)),
    warn: (path, message, hint, where) => warnings.push(findingAt(tree, path, message, hint, where)),
  };
  const result = fileSchema.safeParse(plainOf(tree));
  if (!result.success) findings.push(...explainIssues(result.error.issues, tree), ...beyondExecutors(tree));

  const profiles = readProfiles(tree, checks);
  const groups = readable(tree, 'groups', groupSchema);
  for (const [name, group] of groups) checkGroup(name, group, profiles, checks);
  const several = [...groups.values()].filter((group) => 'stages' in group || group.executor === 'timetable').length > 1;
  const prefixOf = (name: string): string => (several ? `${name}-` : '');
  const timeline = readTimeline(tree, checks);
  checkNames(
    [
      ...[...groups].flatMap(([group, spec]) =>
        partNames(spec, prefixOf(group)).map(({ name, path }) => ({
          name,
          of: `a stage of ${group}`,
          path: ['groups', group, ...path],
        })),
      ),
      ...timeline.map(({ name }, index) => ({ name, of: 'a stretch of the timeline', path: ['timeline', index, 'name'] })),
    ],
    checks.complain,
  );

  const specs = [...groups].map(([name, group]) => groupSpecOf(name, group, profiles, prefixOf(name)));
  const sound = result.success && findings.length === 0;
  if (sound) checkWhole(result.data, specs, timeline, checks);
  const facts = result.success ? factsOf({ groups: specs, timeline }) : roughFacts(tree, groups, timeline, prefixOf);
  const thresholds = readThresholds(tree, facts);
  findings.push(...thresholds.findings);
  if (!result.success || findings.length > 0) return { scenario: null, findings, warnings };
  return { scenario: scenarioOf(result.data, specs, timeline, thresholds.texts), findings, warnings };
};

const scenarioOf = (
  { scenario, description, tags, seed }: ScenarioFile,
  groups: Scenario['groups'],
  timeline: NamedStretch[],
  thresholds: string[],
): Scenario => ({ name: scenario, description: description ?? null, tags: { ...tags }, seed, groups, timeline, thresholds });

/** Zod says no more of a group whose executor it does not know. */
const beyondExecutors = (tree: MapTree): Finding[] => {
  const groups = tree.entries.get('groups')?.value;
  if (groups?.type !== 'map') return [];
  return [...groups.entries].flatMap(([name, { value }]) => {
    if (value.type !== 'map' || groupSchema.safeParse(plainOf(value)).error?.issues.some(isAboutExecutor) !== true) return [];
    const { error } = groupOfUnknownExecutor.safeParse(plainOf(value));
    return error === undefined ? [] : explainIssues(error.issues, tree, ['groups', name]);
  });
};

const isAboutExecutor = ({ code, path }: { code: string; path: PropertyKey[] }): boolean =>
  code === 'invalid_union' && path.length === 1 && path[0] === 'executor';

/** The entries of a mapping that can be read, whatever is wrong with others. */
const readable = <T>(
  tree: MapTree,
  key: string,
  schema: { safeParse: (value: unknown) => { success: boolean; data?: T } },
): Map<string, T> => {
  const map = tree.entries.get(key)?.value;
  const found = new Map<string, T>();
  if (map?.type !== 'map') return found;
  for (const [name, { value }] of map.entries) {
    const { data } = schema.safeParse(plainOf(value));
    if (data !== undefined) found.set(name, data);
  }
  return found;
};

const readProfiles = (tree: MapTree, { complain, warn }: Checks): Record<string, readonly TrackPlan[]> => {
  const profiles: Record<string, readonly TrackPlan[]> = Object.create(null);
  for (const [name, given] of readable(tree, 'profiles', publish)) {
    const at: Path = ['profiles', name];
    if (TRACK_WORDS.some((word) => word === name))
      complain(at, `${quote(name)} is a track already`, 'give the profile another name', 'key');
    const tracks = tracksOf(given, {}, (unknown, index) => {
      const { message, hint } = noSuchProfile(unknown, []);
      complain([...at, ...(index === null ? [] : [index])], message, hint);
    });
    const sources = tracks.map(sourceOf);
    if (new Set(sources).size < sources.length)
      complain(at, 'has a source twice', 'somebody publishes one microphone, one camera and one screen at most');
    if (!mentions(tree, name)) warn(at, 'no role publishes this profile', 'leave it out', 'key');
    profiles[name] = tracks;
  }
  return profiles;
};

/** Whether some role publishes the profile. */
const mentions = (tree: MapTree, profile: string): boolean => {
  const groups = treeAt(tree, ['groups']);
  return childrenOf(groups).some((group) =>
    childrenOf(treeAt(group, ['roles'])).some((role) => {
      const publish = treeAt(role, ['publish']);
      return [publish, ...(publish?.type === 'list' ? publish.items : [])].some(
        (item) => item?.type === 'scalar' && item.value === profile,
      );
    }),
  );
};

const childrenOf = (tree: Tree | undefined): Tree[] =>
  tree?.type === 'map' ? [...tree.entries.values()].map(({ value }) => value) : [];

const readTimeline = (tree: MapTree, { complain }: Checks): NamedStretch[] => {
  const { data } = fileKeys.timeline.safeParse(
    plainOf(tree.entries.get('timeline')?.value ?? { type: 'list', at: tree.at, inset: null, items: [], size: 1, depth: 1 }),
  );
  return (data ?? []).map(({ name, from, to }, index) => {
    if (to !== undefined && to <= from)
      complain(['timeline', index, 'to'], `is not after from`, 'a stretch ends after it begins');
    return { name, fromMs: from, toMs: to ?? null };
  });
};

/** What can be said of a scenario that has problems: names are as they stand there, the rest is not known. */
const roughFacts = (
  tree: MapTree,
  groups: ReadonlyMap<string, GroupFile>,
  timeline: readonly NamedStretch[],
  prefixOf: (name: string) => string,
): ThresholdFacts => {
  const written = treeAt(tree, ['groups']);
  const roles = new Map(
    written?.type === 'map'
      ? [...written.entries].map(([name, { value }]): [string, string[]] => {
          const map = treeAt(value, ['roles']);
          return [name, map?.type === 'map' ? [...map.entries.keys()] : []];
        })
      : [],
  );
  const stages = [...groups].flatMap(([name, group]) => partNames(group, prefixOf(name)).map((part) => part.name));
  return { roles, stages, stretches: timeline.map(({ name }) => name), streams: null, data: null, endMs: null };
};
