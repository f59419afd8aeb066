import { openOnArrival } from './arrivals.ts';
import type { Executor } from './executor.ts';
import type { Stage } from './executor-spec.ts';
import { stretchesOf } from './stretches.ts';

/**
 * New rooms at a rate that follows straight lines from stage to stage, as k6's ramping-arrival-rate. The area under the line is how many have come; a room
 * opens whenever it reaches a whole number. From none to four a second and back:
 *
 *     rooms/s ^
 *           4 |         *
 *           3 |      *******
 *           2 |    ***********
 *           1 |  ***************
 *           0 +--|---|-||||||-|---|--> time, and rooms that open
 */
export const rampingArrivalRate: Executor<'ramping-arrival-rate'> = (
  { startRate, timeUnitMs, stages, roomDuration, maxRooms },
  group,
) => {
  const endAtMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const instants = crossings(startRate, stages, timeUnitMs);
  return {
    ...openOnArrival({ instants, endAtMs, roomDuration, maxRooms }, group),
    stages: stretchesOf(stages),
  };
};

/** An area that misses a whole number by rounding alone has reached it. */
const ROUNDING = 1e-9;

/** When the area under the line reaches 1, 2, 3, … */
export function* crossings(
  startRate: number,
  stages: readonly Stage[],
  timeUnitMs: number,
): Generator<number> {
  let from = startRate / timeUnitMs;
  let startMs = 0;
  let area = 0;
  let next = 1;
  for (const { durationMs, target } of stages) {
    const to = target / timeUnitMs;
    const end = area + (durationMs * (from + to)) / 2;
    // Without a duration the rate jumps, and nothing comes in no time.
    const slope = durationMs > 0 ? (to - from) / durationMs : 0;
    for (; next <= end + ROUNDING; next++) {
      // from·x + slope·x²/2 = what is missing, in the form that holds for a level line and for one that begins at zero, too.
      const missing = next - area;
      const root = Math.sqrt(Math.max(0, from * from + 2 * missing * slope));
      yield startMs + Math.min(durationMs, (2 * missing) / (from + root));
    }
    area = end;
    from = to;
    startMs += durationMs;
  }
}
