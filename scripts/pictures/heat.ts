import { figureOf, type Series } from './picture.ts';

/** How much there was between two bounds of a histogram. */
export interface HeatRow {
  /** Upper bound; Infinity for the last one. */
  bound: number;
  /** By time, milliseconds since 1970. Never below 0. */
  cells: ReadonlyMap<number, number>;
}

/** Cumulative buckets (`le`) as the rows of a heatmap, lowest first. */
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
    // Buckets are scraped at once, yet rates of floats may differ by a hair.
    const cells = [...points].map(
      ([time, count]) => [time, Math.max(0, count - (below?.get(time) ?? 0))] as const,
    );
    return { bound, cells: new Map(cells) };
  });
};
