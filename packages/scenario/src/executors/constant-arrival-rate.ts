import { duration, formatDuration, formatNumber, positive } from '@livekit-swarm/settings';
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

/**
 * Executor that opens `rate` new rooms every `timeUnitMs`, evenly, the first one at once,
 * regardless of how many are still open (an open model). It is k6's constant-arrival-rate, with
 * rooms for iterations. Each room closes after its duration; as many are open as arrive in that
 * time:
 *
 *     rooms ^
 *         4 |         **********************
 *         3 |      *************************
 *         2 |   ****************************
 *         1 | ******************************
 *         0 +-------------------------------> time
 *           |<- room  ->|
 *           |  duration |
 */
export const constantArrivalRate = defineExecutor({
  type: 'constant-arrival-rate',
  description: 'New rooms at a constant rate, however many are still open.',
  keys: {
    rate: positive(LIMITS.joinRate).describe(
      'The number of rooms that open every timeUnit, however many are still open.',
    ),
    timeUnit: duration(1).prefault('1s').describe('The time that the rate is per.'),
    duration: duration(LIMITS.minDurationMs).describe(
      'Time for which rooms arrive, and length of the group.',
    ),
    ...arrivalKeys(),
  },
  settings: {
    rate: z.number(),
    timeUnitMs: z.number().min(0),
    durationMs: z.number().min(0),
    ...arrivalSettings(),
  },
  read: (file) => ({
    type: file.executor,
    rate: file.rate,
    timeUnitMs: file.timeUnit,
    durationMs: file.duration,
    roomDuration: file.roomDuration,
    maxRooms: file.maxRooms ?? null,
  }),
  write: (spec) => [
    ['rate', spec.rate],
    ['timeUnit', durationText(spec.timeUnitMs)],
    ['duration', durationText(spec.durationMs)],
    ...writeArrivals(spec),
  ],
  expand: ({ rate, timeUnitMs, durationMs, roomDuration, maxRooms }, group) => ({
    ...openOnArrival(
      {
        instants: instants(rate / timeUnitMs, durationMs),
        endAtMs: durationMs,
        roomDuration,
        maxRooms,
      },
      group,
    ),
    stages: [],
  }),
  scale: (spec, factor) => ({
    ...spec,
    rate: scaleRate(spec.rate, factor),
    maxRooms: scaleMaxRooms(spec.maxRooms, factor),
  }),
  maxRooms: ({ maxRooms }) => maxRooms ?? 0,
  extentMs: ({ durationMs }) => durationMs,
  overlapMs: arrivalOverlapMs,
  windowNames: () => [],
  describe: (spec) => ({
    rooms: `${perTime(formatNumber(spec.rate), spec.timeUnitMs)} new rooms`,
    time: [...describeArrivals(spec), formatDuration(spec.durationMs)],
  }),
});

function* instants(ratePerMs: number, durationMs: number): Generator<number> {
  if (ratePerMs <= 0) return;
  for (let n = 0; n / ratePerMs < durationMs; n++) yield n / ratePerMs;
}
