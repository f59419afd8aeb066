import { figureOf, type Series } from './picture.ts';

/** Span of time with a constant value. */
export interface Band {
  /** Start, Unix ms. */
  from: number;
  to: number;
  value: number;
}

/**
 * Converts a state over time to spans. Each point is valid until the next one is expected; a
 * missing point leaves a gap.
 * @param to end of the picture, Unix ms
 */
export const bandsOf = ({ points }: Pick<Series, 'points'>, stepMs: number, to: number): Band[] => {
  const bands: Band[] = [];
  for (const [time, text] of points) {
    const value = figureOf(text);
    if (value === null || time >= to) continue;
    const end = Math.min(time + stepMs, to);
    const last = bands.at(-1);
    if (last !== undefined && last.value === value && time <= last.to) last.to = end;
    else bands.push({ from: time, to: end, value });
  }
  return bands;
};
