import { formatTarget, readThreshold, type Threshold } from '@livekit-swarm/metrics';
import {
  type Finding,
  findingAt,
  type MapTree,
  type Path,
  placeWithin,
  type Spot,
  type Tree,
} from '@livekit-swarm/settings';
import { positionOf, type ThresholdFacts, whyUnmatched } from './threshold-facts.ts';

/**
 * Threshold of a file: the target (metric, selector, window) as a key, the expression as its value
 * or in a list.
 */
interface Written {
  path: Path;
  key: string;
  keySpot: Spot;
  expression: string;
  expressionSpot: Spot;
  abort: string;
}

/**
 * Read the thresholds of a file, and find those that cannot be read or matched by the scenario. The
 * schema reports wrong types.
 * @returns thresholds with the same target next to each other
 */
export const readThresholds = (
  tree: MapTree,
  facts: ThresholdFacts,
): { thresholds: Threshold[]; findings: Finding[] } => {
  const thresholds: Threshold[] = [];
  const findings: Finding[] = [];
  for (const written of itemsIn(tree).flatMap(writtenAs)) {
    const text = `${written.key}: ${written.expression}${written.abort}`;
    const complain = (position: number, message: string, hint: string | null): void => {
      findings.push({
        code: 'invalid_value',
        place: placeIn(written, position),
        path: written.path,
        message,
        hint,
      });
    };
    const { threshold, problem } = readThreshold(text);
    if (problem !== null) {
      complain(problem.position, problem.message, problem.hint);
      continue;
    }
    const miss = whyUnmatched(threshold, facts);
    if (miss !== null) complain(positionOf(miss, text), miss.message, miss.hint);
    thresholds.push(threshold);
  }
  return { thresholds: byTarget(thresholds), findings: [...findings, ...idleDelays(tree)] };
};

/** Thresholds with the same target (metric, selector, window) next to each other, as in a file. */
export const byTarget = (thresholds: readonly Threshold[]): Threshold[] =>
  [...Map.groupBy(thresholds, formatTarget).values()].flat();

/** Position in the file of a character of the joined text. */
const placeIn = ({ key, keySpot, expression, expressionSpot }: Written, position: number) => {
  if (position <= key.length) return placeWithin(keySpot, Math.min(position, key.length));
  return placeWithin(
    expressionSpot,
    Math.min(Math.max(0, position - key.length - 2), expression.length),
  );
};

interface Item extends Pick<Written, 'path' | 'key' | 'keySpot'> {
  item: Tree;
}

/** All expressions with their keys, valid or not. */
const itemsIn = (tree: MapTree): Item[] => {
  const thresholds = tree.entries.get('thresholds')?.value;
  if (thresholds?.type !== 'map') return [];
  return [...thresholds.entries].flatMap(([key, { key: keySpot, value }]) => {
    const path = ['thresholds', key];
    if (value.type !== 'list') return [{ path, key, keySpot, item: value }];
    return value.items.map((item, index) => ({ path: [...path, index], key, keySpot, item }));
  });
};

const writtenAs = ({ item, ...where }: Item): Written[] => {
  if (item.type === 'scalar') {
    return typeof item.value === 'string'
      ? [{ ...where, expression: item.value, expressionSpot: item, abort: '' }]
      : [];
  }
  if (item.type !== 'map') return [];
  const expression = item.entries.get('threshold')?.value;
  if (expression?.type !== 'scalar' || typeof expression.value !== 'string') return [];
  const abort = scalarAt(item, 'abortOnFail') === true ? ` abortOnFail${delayOf(item)}` : '';
  return [{ ...where, expression: expression.value, expressionSpot: expression, abort }];
};

const scalarAt = (tree: MapTree, key: string): string | number | boolean | null => {
  const value = tree.entries.get(key)?.value;
  return value?.type === 'scalar' ? value.value : null;
};

/** Text of a delay; empty if it cannot be read, which the schema reports. */
const delayOf = (tree: MapTree): string => {
  const delay = scalarAt(tree, 'delayAbortEval');
  return typeof delay === 'string' && /^\s*(\d+(\.\d+)?(ms|s|m|h))+\s*$/.test(delay)
    ? ` after ${delay.trim()}`
    : '';
};

/** Find delays without an abort. */
const idleDelays = (tree: MapTree): Finding[] =>
  itemsIn(tree).flatMap(({ path, item }) => {
    if (
      item.type !== 'map' ||
      !item.entries.has('delayAbortEval') ||
      scalarAt(item, 'abortOnFail') === true
    )
      return [];
    const at = [...path, 'delayAbortEval'];
    return [
      findingAt(
        tree,
        at,
        'has no effect without abortOnFail',
        'add abortOnFail: true, or leave it out',
        'key',
      ),
    ];
  });
