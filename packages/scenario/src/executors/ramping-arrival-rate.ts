import { duration, hinted } from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import {
  arrivalKeys,
  arrivalOverlapMs,
  arrivalSettings,
  describeArrivals,
  openOnArrival,
  perTime,
  scaleMaxRooms,
  writeArrivals,
} from './arrivals.ts';
import { defineExecutor, scaleRate } from './definition.ts';
import {
  checkStages,
  describeStages,
  describeTargets,
  namesOf,
  readStages,
  type Stage,
  scaleStages,
  stageSchema,
  stages,
  stageWindows,
  totalMs,
  writeStages,
} from './stages.ts';

const rates = () => {
  const error = (issue: { input?: unknown }): string =>
    hinted(
      `must be rooms per timeUnit, from 0 to ${LIMITS.joinRate}`,
      typeof issue.input === 'string' ? 'write the number alone; timeUnit is its unit (1s)' : null,
    )(issue);
  return z.number({ error }).min(0, { error }).max(LIMITS.joinRate, { error });
};

/**
 * Executor whose rooms arrive at a rate that follows straight lines from stage to stage, as with
 * k6's ramping-arrival-rate. The area under the line is the number of arrivals; a room opens
 * whenever it reaches a whole number. From none to four per second and back:
 *
 *     rooms/s ^
 *           4 |         *
 *           3 |      *******
 *           2 |    ***********
 *           1 |  ***************
 *           0 +--|---|-||||||-|---|--> time, and rooms that open
 */
export const rampingArrivalRate = defineExecutor({
  type: 'ramping-arrival-rate',
  description: 'New rooms at a rate that changes, stage by stage.',
  keys: {
    startRate: rates()
      .default(0)
      .describe('The number of rooms that open every timeUnit at the start.'),
    timeUnit: duration(1).prefault('1s').describe('The time that the rates are per.'),
    stages: stages(
      rates().describe('The number of rooms that open every timeUnit at the end of the stage.'),
    ).describe('The rate follows straight lines from stage to stage.'),
    ...arrivalKeys(),
  },
  settings: {
    startRate: z.number(),
    timeUnitMs: z.number().min(0),
    stages: z.array(stageSchema),
    ...arrivalSettings(),
  },
  read: (file, context) => ({
    type: file.executor,
    startRate: file.startRate,
    timeUnitMs: file.timeUnit,
    stages: readStages(file.stages, context),
    roomDuration: file.roomDuration,
    maxRooms: file.maxRooms ?? null,
  }),
  write: (spec) => [
    ['startRate', spec.startRate],
    ['timeUnit', durationText(spec.timeUnitMs)],
    ['stages', writeStages(spec.stages)],
    ...writeArrivals(spec),
  ],
  check: (at, { startRate, stages: given }, complain) =>
    checkStages(at, { start: startRate, given }, 'no room ever opens: every rate is 0', complain),
  expand: ({ startRate, timeUnitMs, stages: given, roomDuration, maxRooms }, group) => ({
    ...openOnArrival(
      {
        instants: crossings(startRate, given, timeUnitMs),
        endAtMs: totalMs(given),
        roomDuration,
        maxRooms,
      },
      group,
    ),
    stages: stageWindows(given),
  }),
  scale: (spec, factor) => ({
    ...spec,
    startRate: scaleRate(spec.startRate, factor),
    stages: scaleStages(spec.stages, (target) => scaleRate(target, factor)),
    maxRooms: scaleMaxRooms(spec.maxRooms, factor),
  }),
  maxRooms: ({ maxRooms }) => maxRooms ?? 0,
  extentMs: ({ stages: given }) => totalMs(given),
  overlapMs: arrivalOverlapMs,
  windowNames: ({ stages: given }) => namesOf(given),
  describe: (spec) => ({
    rooms: `${perTime(describeTargets(spec.startRate, spec.stages), spec.timeUnitMs)} new rooms`,
    time: [...describeArrivals(spec), describeStages(spec.stages)],
  }),
});

/** Difference below which an area counts as a whole number, because of rounding. */
const ROUNDING = 1e-9;

/** Times at which the area under the line reaches 1, 2, 3, … */
export function* crossings(
  startRate: number,
  given: readonly Stage[],
  timeUnitMs: number,
): Generator<number> {
  let from = startRate / timeUnitMs;
  let startMs = 0;
  let area = 0;
  let next = 1;
  for (const { durationMs, target } of given) {
    const to = target / timeUnitMs;
    const end = area + (durationMs * (from + to)) / 2;
    // In a stage without a duration the rate changes at once, and no room arrives.
    const slope = durationMs > 0 ? (to - from) / durationMs : 0;
    for (; next <= end + ROUNDING; next++) {
      // Solve from·x + slope·x²/2 = missing, in the form that also holds for a constant rate and
      // for a line that begins at zero.
      const missing = next - area;
      const root = Math.sqrt(Math.max(0, from * from + 2 * missing * slope));
      yield startMs + Math.min(durationMs, (2 * missing) / (from + root));
    }
    area = end;
    from = to;
    startMs += durationMs;
  }
}
