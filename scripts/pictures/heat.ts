import { figureOf, type Series } from './picture.ts';

/** Number of values between two bounds of a histogram, over time. */
export interface HeatRow {
  /** Upper bound; Infinity for the last row. */
  bound: number;
  /** Number of values by time (Unix ms), at least 0. */
  cells: ReadonlyMap<number, number>;
}

/** Converts cumulative buckets (`le`) to rows of a heatmap, lowest first. */
export const heatOf = (series: readonly Series[]): HeatRow[] => {
  const buckets = series
    .flatMap(({ labels, points }) => {
      const bound = figureOf(labels.le ?? '');
      return bound === null
        ? []
        : [{ bound, points: new Map(points.map(([time, text]) => [time, figureOf(text) ?? 0])) }];
    })
    .toSorted((a, b) => a.bound - b.bound);
  return buckets.map(({ bound, points }, index) => {
    const below = buckets[index - 1]?.points;
    // Buckets are scraped together, but rates of floats may differ minimally.
    const cells = [...points].map(
      ([time, count]) => [time, Math.max(0, count - (below?.get(time) ?? 0))] as const,
    );
    return { bound, cells: new Map(cells) };
  });
};
