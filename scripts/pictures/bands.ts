import { figureOf, type Series } from './picture.ts';

/** A stretch of time in which a figure stayed the same. */
export interface Band {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  value: number;
}

/**
 * A state over time as intervals. Each point holds until the next one is expected; if it is missing, there is a gap.
 * @param to where the picture ends
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
