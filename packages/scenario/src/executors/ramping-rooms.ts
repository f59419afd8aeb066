import { whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { defineExecutor, scaleCount } from './definition.ts';
import { checkCount, MIN_SESSION_MS, type RoomLifetime } from './expansion.ts';
import {
  checkStages,
  describeStages,
  describeTargets,
  largestTarget,
  namesOf,
  readStages,
  scaleStages,
  stageSchema,
  stages,
  stageWindows,
  totalMs,
  writeStages,
} from './stages.ts';

const levels = () => whole(0, LIMITS.rooms);

/**
 * Executor whose rooms open and close so that their number follows straight lines from stage to
 * stage, like the virtual users of k6's ramping-vus. Up to six rooms, down to two, up to four, down
 * to none:
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
 * Room k opens when the line reaches k from below, and closes when it reaches k − 1 from above (k6
 * keeps a user until the next lower step is reached, so that the way down mirrors the way up). The
 * last to open is the first to close, as with k6: a room that was open before a spike is still open
 * after it, and shows the effect of the spike. Rooms that are open at the end of the last stage
 * close there. Rooms at the very tip of a steep peak that would be open for less than a second are
 * left out.
 */
export const rampingRooms = defineExecutor({
  type: 'ramping-rooms',
  description: 'Rooms open and close, stage by stage.',
  keys: {
    startRooms: levels().default(1).describe('The number of open rooms at the start.'),
    stages: stages(levels().describe('The number of open rooms at the end of the stage.')).describe(
      'Rooms open and close along straight lines from stage to stage.',
    ),
  },
  settings: { startRooms: z.number().min(0), stages: z.array(stageSchema) },
  read: (file, context) => ({
    type: file.executor,
    startRooms: file.startRooms,
    stages: readStages(file.stages, context),
  }),
  write: ({ startRooms, stages: given }) => [
    ['startRooms', startRooms],
    ['stages', writeStages(given)],
  ],
  check: (at, { startRooms, stages: given }, complain) =>
    checkStages(
      at,
      { start: startRooms, given },
      'no room ever opens: every target is 0',
      complain,
    ),
  expand: ({ startRooms, stages: given }, { slots }) => {
    const closed: Omit<RoomLifetime, 'number'>[] = [];
    const open: number[] = Array.from({ length: startRooms }, () => 0);
    const closeLast = (closeAtMs: number): void => {
      const openAtMs = open.pop();
      if (openAtMs !== undefined && closeAtMs - openAtMs >= MIN_SESSION_MS)
        closed.push({ openAtMs, closeAtMs });
    };
    let stageAtMs = 0;
    for (const { target, durationMs } of given) {
      const from = open.length;
      const steps = Math.abs(target - from);
      for (let step = 1; step <= steps; step++) {
        const atMs = stageAtMs + (durationMs * step) / steps;
        if (target > from) open.push(atMs);
        else closeLast(atMs);
      }
      checkCount((closed.length + open.length) * slots.length);
      stageAtMs += durationMs;
    }
    while (open.length > 0) closeLast(stageAtMs);
    const rooms = closed
      .sort((a, b) => a.openAtMs - b.openAtMs || b.closeAtMs - a.closeAtMs)
      .map((room, index): RoomLifetime => ({ number: index + 1, ...room }));
    return { rooms, droppedRooms: 0, stages: stageWindows(given) };
  },
  scale: (spec, factor) => ({
    ...spec,
    startRooms: scaleCount(spec.startRooms, factor),
    stages: scaleStages(spec.stages, (target) => scaleCount(target, factor)),
  }),
  maxRooms: ({ startRooms, stages: given }) => largestTarget(startRooms, given),
  extentMs: ({ stages: given }) => totalMs(given),
  overlapMs: () => null,
  windowNames: ({ stages: given }) => namesOf(given),
  describe: ({ startRooms, stages: given }) => ({
    rooms: `${describeTargets(startRooms, given)} rooms`,
    time: [describeStages(given)],
  }),
});
