import type { Snapshot } from './snapshot.ts';

/** All series of one metric belong together, wherever they come from. */
export const mergeSnapshots = (snapshots: readonly Snapshot[]): Snapshot[] =>
  [...Map.groupBy(snapshots, ({ name }) => name).values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, values: [first, ...more].flatMap(({ values }) => values) }],
  );
