import {
  type Finding,
  formatPath,
  invalidFindings,
  type MapTree,
  mergePatch,
  nearest,
  type Place,
  type Problem,
  placeOf,
  problemOf,
  readMapping,
  withoutKeys,
} from '@livekit-swarm/settings';
import type { Scenario } from '../scenario.ts';
import { checkCounts } from './check-counts.ts';
import { interpret } from './interpret.ts';
import { scaleByFactor } from './scale-scenario.ts';
import { scaledFile } from './schema/file.ts';

const SCENARIO = { noun: 'scenario', begin: '"swarm init" writes a first one to begin with' };

export interface ParseOptions {
  /** Name of the file, for messages. */
  file: string;
  /** Name of one of the file's `scales`, or a factor as text: `0.1`. */
  scale?: string | undefined;
  /** Prefix of rooms of groups without one of their own. Default: swarm. */
  roomPrefix?: string | undefined;
}

export interface ReadScenario {
  scenario: Scenario;
  /** Settings that may be intended, but should be checked. */
  warnings: Problem[];
  /** Position of the scenario's name. */
  nameAt: Place;
}

/**
 * Read a scenario file. All its scales are checked, whichever is applied.
 * @throws SwarmError `invalid_file` with all problems
 */
export const readScenario = (
  text: string,
  { file, scale, roomPrefix }: ParseOptions,
): ReadScenario => {
  const whole = readMapping(text, { file, ...SCENARIO });
  const base = interpret(whole, undefined, roomPrefix);
  const scaled = scalesOf(whole).map(({ name, tree: scaledTree }) => ({
    name,
    ...interpret(scaledTree, scaledFile, roomPrefix),
  }));
  const known = new Set([...base.findings, ...base.warnings].map(keyOf));
  const findings = [
    ...base.findings,
    ...scaled.flatMap(({ name, findings: found }) => newOnes(found, known, name)),
  ];
  if (findings.length > 0) throw invalidFindings(file, findings);

  const chosen = choose(scale, base, scaled, (message, hint) => {
    const place = whole.entries.get('scales')?.key.at ?? whole.at;
    throw invalidFindings(file, [{ code: 'invalid_file', place, path: [], message, hint }]);
  });
  return {
    scenario: chosen.scenario,
    warnings: chosen.warnings.map((warning) => problemOf(file, warning)),
    nameAt: placeOf(whole, ['scenario']),
  };
};

/**
 * Read a scenario file without warnings, as `readScenario` does.
 * @throws SwarmError `invalid_file` with all problems
 */
export const parseScenario = (text: string, options: ParseOptions): Scenario =>
  readScenario(text, options).scenario;

/**
 * Keys whose mappings a scale replaces as a whole: half of one distribution and half of another
 * would be neither.
 */
const ONE_VALUE: ReadonlySet<string> = new Set([
  'roomDuration',
  'sessionDuration',
  'replacementDelay',
]);

/** The file with each of its scales applied. */
const scalesOf = (whole: MapTree): { name: string; tree: MapTree }[] => {
  const scales = whole.entries.get('scales')?.value;
  if (scales?.type !== 'map' || checkCounts(whole).length > 0) return [];
  const base = withoutKeys(whole, (key) => key === 'scales');
  return [...scales.entries].flatMap(([name, { value }]) => {
    const tree = value.type === 'map' ? mergePatch(base, value, ONE_VALUE) : null;
    return tree?.type === 'map' ? [{ name, tree }] : [];
  });
};

const keyOf = ({ place, path, message }: Finding): string =>
  `${place.line}:${place.column} ${formatPath(path)} ${message}`;

/** Problems that occur only with a scale. */
const newOnes = (found: readonly Finding[], known: Set<string>, scale: string): Finding[] =>
  found
    .filter((finding) => !known.has(keyOf(finding)))
    .map((finding) => ({ ...finding, message: `${finding.message} (with --scale ${scale})` }));

type Choice = { scenario: Scenario | null; warnings: Finding[] };
type Chosen = { scenario: Scenario; warnings: Finding[] };

const choose = (
  scale: string | undefined,
  base: Choice,
  scaled: readonly (Choice & { name: string })[],
  fail: (message: string, hint: string | null) => never,
): Chosen => {
  const named = scaled.find(({ name }) => name === scale);
  const { scenario, warnings } = named ?? base;
  if (scenario === null) throw new RangeError('a scenario without problems has a meaning');
  if (scale === undefined || named !== undefined) return { scenario, warnings };
  const factor = /^\s*(\d+(\.\d+)?|\.\d+)\s*$/.test(scale) ? Number(scale) : null;
  if (factor !== null) return { scenario: scaleByFactor(scenario, factor, fail), warnings };
  const names = scaled.map(({ name }) => name);
  const meant = nearest(scale, names);
  if (names.length === 0)
    return fail(
      `unknown scale "${scale}": the file has none`,
      'write scales: { small: … }, or give a number, as --scale 0.1',
    );
  return fail(
    `unknown scale "${scale}"`,
    meant === null
      ? `available: ${names.join(', ')}, or any number, as 0.1`
      : `did you mean ${meant}?`,
  );
};
