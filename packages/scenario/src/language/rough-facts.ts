import { type MapTree, treeAt } from '@livekit-swarm/settings';
import type { ThresholdFacts } from './threshold-facts.ts';
import { windowNamesIn } from './window-names.ts';

/** Facts of a scenario that has problems: names are as written, the rest is not known. */
export const roughFacts = (tree: MapTree): ThresholdFacts => {
  const { stages, windows } = windowNamesIn(tree);
  const groups = treeAt(tree, ['groups']);
  const roles = new Map(
    groups?.type === 'map'
      ? [...groups.entries].map(([name, { value }]): [string, string[]] => {
          const map = treeAt(value, ['roles']);
          return [name, map?.type === 'map' ? [...map.entries.keys()] : []];
        })
      : [],
  );
  return {
    roles,
    stages: stages.map(({ name }) => name),
    windows: windows.map(({ name }) => name),
    streams: null,
    data: null,
    endMs: null,
  };
};
