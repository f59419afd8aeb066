import { recordedScenario, type Scenario } from '@livekit-swarm/scenario';
import { formatDuration, SwarmError } from '@livekit-swarm/settings';
import type { Side } from './comparability.ts';
import type { ScenarioDifference } from './comparison.ts';

export interface ScenarioDifferences {
  /** Differences that change the load, so that figures cannot be compared. */
  decisive: ScenarioDifference[];
  /** Differences that do not change the load. */
  harmless: ScenarioDifference[];
}

/**
 * Paths of settings that do not change the load: the name of the scenario, its thresholds, its
 * windows, the names of its rooms, and the seed, which only determines random choices (repeats may
 * each have their own).
 */
const HARMLESS = [
  /^name$/,
  /^description$/,
  /^tags(\.|$)/,
  /^seed$/,
  /^thresholds(\.|$)/,
  /^windows(\.|$)/,
  /^groups\.[^.]+\.(room|roomPrefix)$/,
];
const ABSENT = '–';

/**
 * Compares two scenarios path by path; items of named lists (groups, roles, stages, windows) are
 * matched by name.
 */
export const scenarioDifferences = (base: Scenario, current: Scenario): ScenarioDifferences => {
  const [before, after] = [leavesOf(base), leavesOf(current)];
  const differences = [...new Set([...before.keys(), ...after.keys()])].flatMap(
    (path): ScenarioDifference[] => {
      const [was, is] = [before.get(path), after.get(path)];
      if (was?.value === is?.value || (path.endsWith(ORDER) && ofOtherThings(was?.text, is?.text)))
        return [];
      // Different values with the same text (1m 30s and 90.4 s) are written in milliseconds.
      const exact = was?.text === is?.text;
      const write = (leaf: Leaf | undefined): string =>
        leaf === undefined ? ABSENT : exact ? `${leaf.value} ms` : leaf.text;
      return [{ path, base: write(was), current: write(is) }];
    },
  );
  // A single named room and many rooms are different loads: only the value of the name is harmless.
  const isHarmless = ({ path, base: was, current: is }: ScenarioDifference): boolean =>
    HARMLESS.some((pattern) => pattern.test(path)) &&
    !(path.endsWith('.room') && (was === ABSENT || is === ABSENT));
  return {
    decisive: differences.filter((difference) => !isHarmless(difference)),
    harmless: differences.filter(isHarmless),
  };
};

/** Text of a difference: `groups.calls.rooms: 20 → 30`. */
export const formatDifference = ({ path, base, current }: ScenarioDifference): string =>
  `${path}: ${base} → ${current}`;

interface Leaf {
  value: unknown;
  /** Value in the notation of a scenario file. */
  text: string;
}

/** Last key of the path at which a list's order is kept: groups and roles join in their order. */
const ORDER = '.order';

/** Values of a scenario by their paths. */
const leavesOf = (scenario: Scenario): Map<string, Leaf> => {
  const leaves = new Map<string, Leaf>();
  const put = (path: readonly string[], value: unknown, text = String(value)): void => {
    leaves.set(path.join('.'), { value, text });
  };
  const walk = (value: unknown, path: readonly string[]): void => {
    const key = path.at(-1) ?? '';
    if (Array.isArray(value)) walkList(value, path);
    else if (typeof value === 'object' && value !== null) walkObject(value, path);
    else if (typeof value === 'number' && /(?:^m|M)s$/.test(key)) {
      const plain = key === 'ms' ? [] : [key.slice(0, -2)];
      put([...path.slice(0, -1), ...plain], value, formatDuration(value));
    } else if (value !== null && value !== undefined) put(path, value);
  };
  const walkObject = (object: object, path: readonly string[]): void => {
    for (const [key, inner] of Object.entries(object)) {
      // In a scenario file, the settings of an executor are written next to its name.
      if (key === 'executor') walkObject(inner, path);
      else walk(inner, [...path, key === 'type' && path.length === 2 ? 'executor' : key]);
    }
  };
  const walkList = (list: readonly unknown[], path: readonly string[]): void => {
    if (list.length === 0) return;
    const names = list.map(nameOf);
    if (list.some((item) => typeof item !== 'object')) put(path, list.join('; '));
    else if (names.some((name) => name === null) || new Set(names).size < names.length) {
      for (const [index, item] of list.entries()) walk(item, [...path, String(index + 1)]);
    } else {
      for (const [index, item] of list.entries())
        walk(withoutName(item), [...path, names[index] ?? '']);
      put([...path, ORDER.slice(1)], names.join(', '));
    }
  };
  walk(recordedScenario(scenario), []);
  return leaves;
};

const nameOf = (item: unknown): string | null =>
  typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
    ? item.name
    : null;

const withoutName = (item: unknown): unknown =>
  typeof item === 'object' && item !== null
    ? Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'name'))
    : item;

/**
 * Returns true if two orders list different names, which are reported one by one, rather than the
 * same names in another order.
 */
const ofOtherThings = (was = '', is = ''): boolean =>
  [...was.split(', ')].sort().join() !== [...is.split(', ')].sort().join();

/**
 * Error for runs of different loads: a difference between their metrics does not describe the
 * server.
 */
export const scenarioMismatch = (
  base: string,
  current: string,
  differences: readonly ScenarioDifference[],
): SwarmError => {
  const shown = differences
    .slice(0, MAX_SHOWN)
    .map((difference) => `  ${formatDifference(difference)}`);
  const more =
    differences.length > shown.length ? [`  … and ${differences.length - shown.length} more`] : [];
  return new SwarmError(
    'scenario_mismatch',
    `${base} and ${current} are runs of different scenarios and cannot be compared:\n${[...shown, ...more].join('\n')}`,
    'compare runs of one scenario; its name, description, tags, seed, thresholds, windows and the names of rooms may differ',
  );
};

const MAX_SHOWN = 20;

/**
 * Checks that all runs had the load of the first one.
 * @returns harmless differences between the first runs of the two sides
 * @throws SwarmError `scenario_mismatch`
 */
export const expectSameScenario = (base: Side, current: Side): ScenarioDifference[] => {
  const [first] = base.runs;
  if (first === undefined) return [];
  for (const other of [...base.runs, ...current.runs]) {
    const { decisive } = scenarioDifferences(first.summary.scenario, other.summary.scenario);
    if (decisive.length > 0) throw scenarioMismatch(first.name, other.name, decisive);
  }
  const [other] = current.runs;
  return other === undefined
    ? []
    : scenarioDifferences(first.summary.scenario, other.summary.scenario).harmless;
};
