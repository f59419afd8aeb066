import { duration, formatDuration, plural } from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { defineExecutor } from './definition.ts';
import { checkCount, type RoomLifetime } from './expansion.ts';
import {
  checkFixedRooms,
  filledAtMs,
  firstJoins,
  joinRate,
  lastJoin,
  roomCount,
  scaleFixedRates,
  scaleFixedRooms,
  unlessEmpty,
  writeFixedRooms,
} from './fixed-rooms.ts';

/**
 * Executor with a fixed number of rooms from the beginning to the end. Participants join one after
 * the other at `joinRate`, room by room, and all leave together, `durationMs` after the last
 * scheduled join. With a join spread, each joins up to that much later. Three rooms:
 *
 *     rooms ^
 *         3 |         *********************
 *         2 |     *************************
 *         1 | *****************************
 *         0 +------------------------------> time
 *           |<joining>|<---- duration --->|
 */
export const constantRooms = defineExecutor({
  type: 'constant-rooms',
  description: 'A fixed number of rooms from the beginning to the end.',
  keys: {
    rooms: roomCount()
      .optional()
      .describe('The number of rooms, open from the beginning to the end. Default with `room`: 1.'),
    joinRate: joinRate()
      .prefault('50/s')
      .describe('Joins per second, over all rooms of the group.'),
    duration: duration(LIMITS.minDurationMs).describe('Time from the last scheduled join.'),
  },
  settings: { rooms: z.number().min(0), joinRate: z.number(), durationMs: z.number().min(0) },
  read: (file) => ({
    type: file.executor,
    rooms: file.rooms ?? 1,
    joinRate: file.joinRate,
    durationMs: file.duration,
  }),
  write: (spec, context) => [
    ...writeFixedRooms(spec, context),
    ['duration', durationText(spec.durationMs)],
  ],
  check: checkFixedRooms,
  expand: (spec, group) => {
    checkCount(spec.rooms * group.slots.length);
    const joins = firstJoins(spec, group);
    const closeAtMs = lastJoin(joins) + spec.durationMs;
    const rooms = joins.map(
      (own, room): RoomLifetime => ({
        number: room + 1,
        openAtMs: Math.min(...own),
        closeAtMs,
        slots: own.map((joinAtMs) => [{ joinAtMs, leaveAtMs: closeAtMs }]),
      }),
    );
    return { rooms: unlessEmpty(group, rooms), droppedRooms: 0, stages: [] };
  },
  scale: scaleFixedRooms,
  scaleRates: scaleFixedRates,
  withDuration: (spec, durationMs) => ({ ...spec, durationMs }),
  maxRooms: ({ rooms }) => rooms,
  extentMs: (spec, group) => filledAtMs(spec, group) + spec.durationMs,
  overlapMs: ({ durationMs }) => durationMs,
  windowNames: () => [],
  describe: ({ rooms, durationMs }) => ({
    rooms: plural(rooms, 'room'),
    time: [formatDuration(durationMs)],
  }),
});
