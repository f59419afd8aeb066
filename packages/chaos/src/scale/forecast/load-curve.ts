/** Load over time, as a timetable states it. */

/**
 * Clock of the times. `day`: time of day. `week`: day of the week and time of day. `date`: date and
 * time of day.
 */
export type CurveClock = 'day' | 'week' | 'date';

export interface LoadPoint {
  /** ms after 0:00, after 0:00 on Monday, or Unix time of a clock without time zone. */
  at: number;
  load: number;
}

/** Straight lines between points. Two points with one time are a jump. */
export interface LoadCurve {
  unit: 'participants' | 'rooms';
  clock: CurveClock;
  /** Points in ascending order. */
  points: readonly [LoadPoint, LoadPoint, ...LoadPoint[]];
  /**
   * The curve is a whole week, after which it begins again. Otherwise its first load was there before
   * it, and its last one stays.
   */
  repeats: boolean;
}

/** Days of a week, as timetables write them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

/** First and last time of a curve. */
export const spanOf = ({
  points,
}: Pick<LoadCurve, 'points'>): { fromAt: number; toAt: number } => ({
  fromAt: points[0].at,
  toAt: points.at(-1)?.at ?? points[0].at,
});

/** Straight part of a curve, from the time that was asked for. */
export interface LoadLine {
  load: number;
  /** Growth of the load, in each ms. */
  slope: number;
  /** Time of its end; infinite after the last point of a curve that does not repeat. */
  toAt: number;
}

/** Makes a function for the line from each of ascending times on. At a jump it is the one after it. */
export const createLineReader = ({
  points,
  repeats,
}: Pick<LoadCurve, 'points' | 'repeats'>): ((at: number) => LoadLine) => {
  const { fromAt, toAt } = spanOf({ points });
  let next = 0;
  let before = Number.NEGATIVE_INFINITY;
  return (given) => {
    const at = repeats ? modulo(given - fromAt, toAt - fromAt) + fromAt : given;
    if (at < before) next = 0;
    before = at;
    while ((points[next]?.at ?? Number.POSITIVE_INFINITY) <= at) next += 1;
    const [left, right] = [points[next - 1], points[next]];
    const ends = right === undefined ? Number.POSITIVE_INFINITY : right.at + (given - at);
    if (left === undefined) return { load: points[0].load, slope: 0, toAt: ends };
    if (right === undefined) return { load: left.load, slope: 0, toAt: ends };
    const slope = (right.load - left.load) / (right.at - left.at);
    return { load: left.load + slope * (at - left.at), slope, toAt: ends };
  };
};

/** Makes a function for the load at ascending times. At a jump it is the load after it. */
export const createLoadReader = (
  curve: Pick<LoadCurve, 'points' | 'repeats'>,
): ((at: number) => number) => {
  const lineAt = createLineReader(curve);
  return (at) => lineAt(at).load;
};

/** Remainder that is never negative. */
export const modulo = (value: number, by: number): number => ((value % by) + by) % by;
