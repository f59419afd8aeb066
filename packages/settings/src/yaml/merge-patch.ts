import { type MapEntry, type MapTree, mapTree, type Tree } from './tree.ts';

/**
 * JSON merge patch (RFC 7386): maps are merged, null removes, everything else replaces. What remains keeps the place where it was written.
 * @param whole keys whose maps are one value, not several: a patch replaces them
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
    // The position of the old key is kept: only its value is new.
    entries.set(key, { key: (old ?? entry).key, value });
  }
  return mapTree((target?.type === 'map' ? target : patch).at, entries);
};

const isNull = (tree: Tree): boolean => tree.type === 'scalar' && tree.value === null;

/** The map without some of its keys. */
export const withoutKeys = (tree: MapTree, unwanted: (key: string) => boolean): MapTree =>
  mapTree(tree.at, new Map([...tree.entries].filter(([key]) => !unwanted(key))));
