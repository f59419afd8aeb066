import { type MapEntry, type MapTree, mapTree, type Tree } from './tree.ts';

/**
 * Applies a JSON merge patch (RFC 7386): maps are merged, null removes, everything else replaces.
 * Remaining parts keep their positions.
 * @param whole keys whose maps are single values: a patch replaces them
 */
export const mergePatch = (
  target: Tree | undefined,
  patch: Tree,
  whole: ReadonlySet<string> = new Set(),
): Tree => {
  if (patch.type !== 'map') return patch;
  const entries = new Map<string, MapEntry>(target?.type === 'map' ? target.entries : []);
  for (const [key, entry] of patch.entries) {
    if (isNull(entry.value)) {
      entries.delete(key);
      continue;
    }
    const old = entries.get(key);
    const value = mergePatch(whole.has(key) ? undefined : old?.value, entry.value, whole);
    // Keeps the position of the old key: only its value is new.
    entries.set(key, { key: (old ?? entry).key, value });
  }
  return mapTree((target?.type === 'map' ? target : patch).at, entries);
};

const isNull = (tree: Tree): boolean => tree.type === 'scalar' && tree.value === null;

/** Copies a map without some of its keys. */
export const withoutKeys = (tree: MapTree, unwanted: (key: string) => boolean): MapTree =>
  mapTree(tree.at, new Map([...tree.entries].filter(([key]) => !unwanted(key))));
