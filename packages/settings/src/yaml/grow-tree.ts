import {
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import {
  listTree,
  type MapEntry,
  mapTree,
  type Place,
  type ScalarTree,
  type Spot,
  type Tree,
} from './tree.ts';

/**
 * Limit of the number of values, larger than in any scenario. Repetitions by aliases count each
 * time.
 */
export const MAX_VALUES = 50_000;

export interface Fault {
  offset: number;
  message: string;
  hint: string | null;
}

/**
 * Makes a tree with positions from a YAML document. An alias refers to the same tree, so that
 * repetition takes no memory; the size of the expanded document is counted.
 * @returns null for a document without a tree
 */
export const growTree = (
  document: Document.Parsed,
  source: string,
  placeAt: (offset: number) => Place,
  noun: string,
  fault: (fault: Fault) => void,
): Tree | null => {
  const anchors = new Map<string, Tree | 'being read' | 'faulty'>();
  const offsetOf = (node: Node): number => node.range?.[0] ?? 0;

  const grow = (node: Node): Tree | null => {
    if (isAlias(node)) return follow(node.source, offsetOf(node));
    if (node.anchor === undefined) return growNode(node);
    anchors.set(node.anchor, 'being read');
    const tree = growNode(node);
    anchors.set(node.anchor, tree ?? 'faulty');
    return tree;
  };

  const growNode = (node: Node): Tree | null => {
    const tree = isMap(node)
      ? growMap(node)
      : isSeq(node)
        ? growList(node.items, offsetOf(node))
        : growScalar(node as Scalar);
    if (tree === null || (tree.size <= MAX_VALUES && tree.depth <= MAX_DEPTH)) return tree;
    const message =
      tree.size > MAX_VALUES
        ? `has more than ${MAX_VALUES} values`
        : `is nested more than ${MAX_DEPTH} levels deep`;
    fault({
      offset: offsetOf(node),
      message,
      hint: `no ${noun} needs that: look for aliases of aliases`,
    });
    return null;
  };

  const follow = (anchor: string, offset: number): Tree | null => {
    const tree = anchors.get(anchor);
    if (tree === undefined)
      fault({ offset, message: `no anchor &${anchor} before this alias`, hint: null });
    if (tree === 'being read')
      fault({
        offset,
        message: `*${anchor} is inside what it repeats`,
        hint: 'that would be endless',
      });
    return tree === undefined || typeof tree === 'string' ? null : tree;
  };

  const growScalar = (node: Scalar): ScalarTree => {
    const { value } = node;
    const kept =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : null;
    return { type: 'scalar', value: kept, size: 1, depth: 1, ...spotOf(node) };
  };

  const growList = (items: readonly unknown[], offset: number): Tree | null => {
    const grown = items.map((item) => grow(item as Node));
    return grown.includes(null)
      ? null
      : listTree(
          placeAt(offset),
          grown.filter((item) => item !== null),
        );
  };

  const growMap = (node: YAMLMap): Tree | null => {
    const entries = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    let complete = true;
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      if (!isScalar(key)) {
        fault({
          offset: offsetOf(key),
          message: 'a key must be a word',
          hint: 'put it in quotes if it is meant as text',
        });
        complete = false;
        continue;
      }
      const name =
        key.value === null
          ? ''
          : typeof key.value === 'string'
            ? key.value
            : (key.source ?? String(key.value));
      const spot = spotOf(key);
      const tree =
        value === null
          ? { type: 'scalar' as const, value: null, size: 1, depth: 1, ...spot }
          : grow(value);
      if (tree === null) complete = false;
      else if (name === '<<' && key.type === 'PLAIN')
        complete = mergeKeys(tree, merged, offsetOf(key)) && complete;
      else if (entries.has(name)) {
        const line = entries.get(name)?.key.at.line;
        fault({
          offset: offsetOf(key),
          message: `"${name}" is defined twice, first in line ${line}`,
          hint: 'leave one out',
        });
        complete = false;
      } else entries.set(name, { key: spot, value: tree });
    }
    // A map's own keys take precedence over merged ones.
    return complete ? mapTree(placeAt(offsetOf(node)), new Map([...merged, ...entries])) : null;
  };

  /**
   * Adds the entries of the merge key `<<` of YAML 1.1: a map, or a list of maps of which earlier
   * ones take precedence.
   */
  const mergeKeys = (from: Tree, into: Map<string, MapEntry>, offset: number): boolean => {
    const maps = from.type === 'list' ? from.items : [from];
    for (const map of maps) {
      if (map.type !== 'map') {
        fault({
          offset,
          message: '<< takes over mappings only',
          hint: 'name an anchor of a mapping: <<: *name',
        });
        return false;
      }
      for (const [key, entry] of map.entries) if (!into.has(key)) into.set(key, entry);
    }
    return true;
  };

  /** Position of a scalar, and the inset of its text if it is written there verbatim. */
  const spotOf = (node: Scalar): Spot => {
    const [start, end] = node.range ?? [0, 0];
    const inset =
      typeof node.value === 'string' ? source.slice(start, end).indexOf(node.value) : -1;
    return {
      at: placeAt(start),
      inset: inset < 0 || String(node.value).includes('\n') ? null : inset,
    };
  };

  return document.contents === null ? null : grow(document.contents as Node);
};

/** Limit of nesting, deeper than any scenario and shallow enough for recursion, levels. */
export const MAX_DEPTH = 40;

/**
 * Offset at which a document nests deeper than `MAX_DEPTH`; null if it does not. Walks without
 * recursion.
 */
export const tooDeepAt = (document: CST.Token): number | null => {
  const waiting: { token: CST.Token; depth: number }[] = [{ token: document, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return token.offset;
    for (const inner of children(token)) waiting.push({ token: inner, depth: depth + 1 });
  }
  return null;
};

const children = (token: CST.Token): CST.Token[] => {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (token.type !== 'block-map' && token.type !== 'block-seq' && token.type !== 'flow-collection')
    return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
};
