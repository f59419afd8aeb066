import { openOnArrival } from './arrivals.ts';
import type { Executor } from './executor.ts';

/**
 * `rate` new rooms every `timeUnitMs`, evenly, the first at once, however many are still open: an open model. As k6's constant-arrival-rate, with rooms for
 * iterations. Each room closes when its duration is over; as many are open as come in that time:
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
export const constantArrivalRate: Executor<'constant-arrival-rate'> = (
  { rate, timeUnitMs, durationMs, roomDuration, maxRooms },
  group,
) => ({
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
});

function* instants(ratePerMs: number, durationMs: number): Generator<number> {
  if (ratePerMs <= 0) return;
  for (let n = 0; n / ratePerMs < durationMs; n++) yield n / ratePerMs;
}
