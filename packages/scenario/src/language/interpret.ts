import {
  explainIssues,
  type Finding,
  findingAt,
  formatDuration,
  type MapTree,
  plainOf,
  type Tree,
} from '@livekit-swarm/settings';
import type { GroupFile } from '../executors/registry.ts';
import { DEFAULT_ROOM_PREFIX } from '../limits.ts';
import { checkSchedule } from '../plan/expand.ts';
import type { NamedWindow, Scenario } from '../scenario.ts';
import { mergeWitnesses } from '../witness-spec.ts';
import { checkCounts } from './check-counts.ts';
import { checkGroup } from './check-group.ts';
import { checkSubscribers } from './check-subscribers.ts';
import type { Checks } from './checks.ts';
import { groupSpecOf } from './normalise.ts';
import { readProfiles } from './read-profiles.ts';
import { readThresholds } from './read-thresholds.ts';
import {
  file,
  fileKeys,
  groupOfUnknownExecutor,
  group as groupSchema,
  type ScenarioFile,
  type scaledFile,
} from './schema/file.ts';
import { factsOf, roughFacts } from './threshold-facts.ts';
import { checkNames, windowNamesIn, windowPrefixes } from './window-names.ts';

export interface Interpretation {
  /** Null if the file has problems. */
  scenario: Scenario | null;
  findings: Finding[];
  warnings: Finding[];
}

/**
 * Interpret a scenario file. All problems are found at once, unless one hides another.
 * @param roomPrefix prefix of rooms of groups without one of their own
 */
export const interpret = (
  tree: MapTree,
  schema: typeof file | typeof scaledFile = file,
  roomPrefix = DEFAULT_ROOM_PREFIX,
): Interpretation => {
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  const checks: Checks = {
    complain: (path, message, hint, where) =>
      findings.push(findingAt(tree, path, message, hint, where)),
    warn: (path, message, hint, where) =>
      warnings.push(findingAt(tree, path, message, hint, where)),
  };
  const tooMany = checkCounts(tree);
  if (tooMany.length > 0) return { scenario: null, findings: tooMany, warnings };
  const result = schema.safeParse(plainOf(tree));
  if (!result.success)
    findings.push(...explainIssues(result.error.issues, tree), ...beyondExecutors(tree));

  const profiles = readProfiles(tree, checks);
  const groups = readGroups(tree);
  if (result.success && groups.size === 0)
    checks.complain(['groups'], 'is empty: no participant would join', 'write calls: { … }', 'key');
  for (const [name, group] of groups) checkGroup(name, group, profiles, checks);
  const names = windowNamesIn(tree);
  checkNames([...names.stages, ...names.windows], checks.complain);
  const windows = readWindows(tree, checks);

  const prefixOf = windowPrefixes(tree);
  const specs = [...groups].map(([name, group]) =>
    groupSpecOf(name, group, profiles, { stage: prefixOf(name), room: roomPrefix }),
  );
  if (result.success) checkSubscribers(result.data, specs, checks);
  const thresholds = readThresholds(
    tree,
    result.success
      ? factsOf({ groups: specs, windows, ...witnessesOf(result.data) })
      : roughFacts(tree),
  );
  const scenario = result.success
    ? scenarioOf(result.data, specs, windows, thresholds.thresholds)
    : null;
  if (scenario !== null && findings.length === 0) checkPlan(scenario, checks);
  findings.push(...thresholds.findings);
  return { scenario: findings.length === 0 ? scenario : null, findings, warnings };
};

const scenarioOf = (
  file: ScenarioFile,
  groups: Scenario['groups'],
  windows: NamedWindow[],
  thresholds: Scenario['thresholds'],
): Scenario => ({
  name: file.scenario,
  description: file.description ?? null,
  tags: { ...file.tags },
  seed: file.seed,
  groups,
  windows,
  thresholds,
  ...witnessesOf(file),
});

const witnessesOf = ({
  witnesses,
}: Pick<ScenarioFile, 'witnesses'>): Pick<Scenario, 'witnesses'> =>
  witnesses === undefined ? {} : { witnesses: mergeWitnesses([witnesses].flat()) };

/** Groups that can be read. */
const readGroups = (tree: MapTree): Map<string, GroupFile> =>
  new Map(
    entriesOf(tree, 'groups').flatMap(([name, value]): [string, GroupFile][] => {
      const { data } = groupSchema.safeParse(plainOf(value));
      return data === undefined ? [] : [[name, data]];
    }),
  );

/** Find problems of groups with an unknown executor: Zod reports only the executor. */
const beyondExecutors = (tree: MapTree): Finding[] =>
  entriesOf(tree, 'groups').flatMap(([name, value]) => {
    if (
      value.type !== 'map' ||
      groupSchema.safeParse(plainOf(value)).error?.issues.some(isAboutExecutor) !== true
    )
      return [];
    const { error } = groupOfUnknownExecutor.safeParse(plainOf(value));
    return error === undefined ? [] : explainIssues(error.issues, tree, ['groups', name]);
  });

const isAboutExecutor = ({ code, path }: { code: string; path: PropertyKey[] }): boolean =>
  code === 'invalid_union' && path.length === 1 && path[0] === 'executor';

const entriesOf = (tree: MapTree, key: string): [string, Tree][] => {
  const map = tree.entries.get(key)?.value;
  return map?.type === 'map' ? [...map.entries].map(([name, { value }]) => [name, value]) : [];
};

const readWindows = (tree: MapTree, { complain }: Checks): NamedWindow[] => {
  const written = tree.entries.get('windows')?.value;
  const { data } = fileKeys.windows.safeParse(written === undefined ? undefined : plainOf(written));
  return (data ?? []).map(({ name, from, to }, index) => {
    if (to !== undefined && to <= from)
      complain(['windows', index, 'to'], 'is not after from', 'a window must end after it begins');
    return { name, fromMs: from, toMs: to ?? null };
  });
};

/**
 * Find problems that only the plan shows: no participant would join, too many would, or a window
 * begins after the end.
 */
export const checkPlan = (scenario: Scenario, checks: Checks): void => {
  const { times, problem } = checkSchedule(scenario);
  if (problem === null) {
    checkWindows(scenario.windows, times.endAtMs, checks);
    return;
  }
  const path = problem.group === null ? ['groups'] : ['groups', problem.group];
  checks.complain(path, problem.message, problem.hint, 'key');
};

const checkWindows = (
  windows: readonly NamedWindow[],
  endMs: number,
  { complain, warn }: Checks,
): void => {
  for (const [index, { fromMs, toMs }] of windows.entries()) {
    const over = `the run ends after ${formatDuration(endMs)}`;
    if (fromMs >= endMs) complain(['windows', index, 'from'], over, 'take a time before that');
    else if (toMs !== null && toMs > endMs)
      warn(['windows', index, 'to'], over, 'to go until the end, leave it out');
  }
};
