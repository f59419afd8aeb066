/** A moment that is known to lie between two others, ms since 1970. */
export interface Interval {
  /** Null: not known, as nothing was observed before. */
  earliestMs: number | null;
  latestMs: number;
}

/** The best estimate of the moment, ms since 1970. */
export const middleOf = ({ earliestMs, latestMs }: Interval): number =>
  earliestMs === null ? latestMs : (earliestMs + latestMs) / 2;

/** Largest error of the middle, ms; null: not known. */
export const errorOf = ({ earliestMs, latestMs }: Interval): number | null =>
  earliestMs === null ? null : (latestMs - earliestMs) / 2;

/** Common part of two intervals of the same moment; null: they do not overlap. */
export const commonPart = (a: Interval, b: Interval): Interval | null => {
  const earliestMs =
    a.earliestMs === null || b.earliestMs === null
      ? (a.earliestMs ?? b.earliestMs)
      : Math.max(a.earliestMs, b.earliestMs);
  const latestMs = Math.min(a.latestMs, b.latestMs);
  return earliestMs === null || earliestMs <= latestMs ? { earliestMs, latestMs } : null;
};
