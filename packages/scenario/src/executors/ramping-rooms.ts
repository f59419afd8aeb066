import { checkCount, type Executor, MIN_STAY_MS, type RoomStay } from './executor.ts';
import { stretchesOf } from './stretches.ts';

/**
 * Rooms open and close so that their number follows straight lines from stage to stage, as the virtual users of k6's ramping-vus do. Up to six rooms, down
 * to two, up to four, down to none:
 *
 *     rooms ^
 *         6 |      *
 *         5 |     ***
 *         4 |    *****      *
 *         3 |   *******    ***
 *         2 |  **********************
 *         1 | ************************
 *         0 +-------------------------> time
 *
 * Room k opens when the line comes to k from below, and closes when it comes to k − 1 from above (k6 keeps a user until the next lower step is reached, so
 * that the way down mirrors the way up). The last to open is the first to close, as with k6: who was there before a spike is still there after it, and
 * can tell what it was like. What is open at the end of the last stage closes there. Rooms at the very tip of a steep peak that would be open for less than
 * a second are left out.
 */
export const rampingRooms: Executor<'ramping-rooms'> = ({ startRooms, stages }, { places }) => {
  const stays: Omit<RoomStay, 'number'>[] = [];
  const open: number[] = Array.from({ length: startRooms }, () => 0);
  const closeLast = (closeAtMs: number): void => {
    const openAtMs = open.pop();
    if (openAtMs !== undefined && closeAtMs - openAtMs >= MIN_STAY_MS)
      stays.push({ openAtMs, closeAtMs });
  };
  let stageAtMs = 0;
  for (const { target, durationMs } of stages) {
    const from = open.length;
    const steps = Math.abs(target - from);
    for (let step = 1; step <= steps; step++) {
      const atMs = stageAtMs + (durationMs * step) / steps;
      if (target > from) open.push(atMs);
      else closeLast(atMs);
    }
    checkCount((stays.length + open.length) * places.length);
    stageAtMs += durationMs;
  }
  while (open.length > 0) closeLast(stageAtMs);
  const rooms = stays
    .sort((a, b) => a.openAtMs - b.openAtMs || b.closeAtMs - a.closeAtMs)
    .map((stay, index): RoomStay => ({ number: index + 1, ...stay }));
  return { rooms, droppedRooms: 0, stages: stretchesOf(stages) };
};
