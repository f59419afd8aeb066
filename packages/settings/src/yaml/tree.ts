/**
 * Contents of a YAML file, each part with its position. Aliases, merge keys and merge patches are
 * resolved and keep the positions.
 */
export type Tree = MapTree | ListTree | ScalarTree;

/** Line and column, from 1. */
export interface Place {
  line: number;
  column: number;
}

/**
 * Position of text. `inset` is the distance of its first character from `at`, characters; null if
 * the file does not contain the text verbatim.
 */
export interface Spot {
  at: Place;
  inset: number | null;
}

interface Measured {
  /** Number of values in the tree, itself included. */
  size: number;
  /** Levels of the tree: 1 for a scalar. */
  depth: number;
}

export interface MapTree extends Spot, Measured {
  type: 'map';
  entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  key: Spot;
  value: Tree;
}

export interface ListTree extends Spot, Measured {
  type: 'list';
  items: readonly Tree[];
}

export interface ScalarTree extends Spot, Measured {
  type: 'scalar';
  value: string | number | boolean | null;
}

export type Path = readonly (string | number)[];

export const mapTree = (at: Place, entries: ReadonlyMap<string, MapEntry>): MapTree => {
  const values = [...entries.values()].map(({ value }) => value);
  return { type: 'map', at, inset: null, entries, ...measure(values) };
};

export const listTree = (at: Place, items: readonly Tree[]): ListTree => ({
  type: 'list',
  at,
  inset: null,
  items,
  ...measure(items),
});

const measure = (parts: readonly Tree[]): Measured => ({
  size: parts.reduce((sum, { size }) => sum + size, 1),
  depth: parts.reduce((deepest, { depth }) => Math.max(deepest, depth), 0) + 1,
});

/** The place of parts of a tree that no file has. */
const NOWHERE: Place = { line: 1, column: 1 };

/** The tree of plain values, as if a file had them: what reads files reads these, too. */
export const treeOfValues = (values: Readonly<Record<string, unknown>>): MapTree =>
  mapTree(
    NOWHERE,
    new Map(
      Object.entries(values).map(([key, value]) => [
        key,
        { key: { at: NOWHERE, inset: null }, value: treeOfValue(value) },
      ]),
    ),
  );

const treeOfValue = (value: unknown): Tree => {
  if (Array.isArray(value)) return listTree(NOWHERE, value.map(treeOfValue));
  if (typeof value === 'object' && value !== null) return treeOfValues({ ...value });
  const scalar = typeof value === 'number' || typeof value === 'boolean' || value === null;
  return {
    type: 'scalar',
    at: NOWHERE,
    inset: null,
    size: 1,
    depth: 1,
    value: scalar ? value : String(value),
  };
};

/** Converts a tree to plain JavaScript values. Objects have no prototype: a key may be any word. */
export const plainOf = (tree: Tree): unknown => {
  switch (tree.type) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(plainOf);
    case 'map': {
      const object: Record<string, unknown> = Object.create(null);
      for (const [key, { value }] of tree.entries) object[key] = plainOf(value);
      return object;
    }
  }
};

/** Part of the tree at `path`; undefined if there is none. */
export const treeAt = (tree: Tree, path: Path): Tree | undefined =>
  path.reduce<Tree | undefined>(
    (part, step) => (part === undefined ? undefined : child(part, step)),
    tree,
  );

const child = (tree: Tree, step: string | number): Tree | undefined => {
  if (tree.type === 'map') return tree.entries.get(String(step))?.value;
  return tree.type === 'list' && typeof step === 'number' ? tree.items[step] : undefined;
};

/** Key at `path`; undefined if the last step is not a key. */
export const keyAt = (tree: Tree, path: Path): Spot | undefined => {
  const parent = treeAt(tree, path.slice(0, -1));
  return parent?.type === 'map' ? parent.entries.get(String(path.at(-1)))?.key : undefined;
};

/**
 * Position to report for `path`: that of the value, or of the nearest key above a missing value.
 */
export const placeOf = (tree: Tree, path: Path): Place => {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const value = treeAt(tree, part);
    if (value === undefined) continue;
    // For a missing value, the key of its parent is a better position than the parent's first line.
    return length === path.length ? value.at : (keyAt(tree, part) ?? value).at;
  }
  return tree.at;
};

/** Position of a character within a text, as exact as possible. */
export const placeWithin = ({ at, inset }: Spot, index: number): Place =>
  inset === null ? at : { line: at.line, column: at.column + inset + index };

/** Text of a path: `groups.meetings.roles`, `windows[0].from`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = step.length > LONGEST_KEY ? `${step.slice(0, LONGEST_KEY)}…` : step;
    return text === '' ? key : `${text}.${key}`;
  }, '');

/** Limit of a key in a path, characters; the rest of a longer one is cut. */
const LONGEST_KEY = 100;
