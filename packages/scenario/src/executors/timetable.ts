import {
  duration,
  formatDuration,
  formatNumber,
  hinted,
  name,
  plural,
  strict,
  whole,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { lessonNames } from '../language/window-names.ts';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { defineExecutor, scaleCount } from './definition.ts';
import { checkCount, type RoomLifetime, spreadJoins } from './expansion.ts';
import { roomCount } from './fixed-rooms.ts';
import { namesOf } from './stages.ts';

const ms = () => z.number().min(0);

const lesson = strict({
  name: name('the name of a lesson')
    .optional()
    .describe(
      'A stage of the run, for thresholds (@NAME) and reports. Default: lesson-1, lesson-2, …',
    ),
  at: duration().describe('Beginning, after the start of the group.'),
  rooms: roomCount().describe('The number of rooms that fill.'),
  joinSpread: duration()
    .prefault('0s')
    .describe(
      'Participants join at random within this time. With 0s: within the group’s join spread.',
    ),
  duration: duration(LIMITS.minDurationMs).describe('Time from its beginning until all leave.'),
  repeat: strict({
    every: duration(LIMITS.minDurationMs).describe('Interval from one beginning to the next.'),
    times: whole(1, 1_000).describe('The number of lessons in all.'),
  })
    .optional()
    .describe('Repeats: NAME-1, NAME-2, …'),
});

const EXAMPLE = 'write - { at: 0m, rooms: 10, joinSpread: 2m, duration: 50m }';

/**
 * Executor of lessons that begin by the clock. Each opens separate rooms, which fill at random
 * within `joinSpreadMs` (without it, the group's join spread) and empty at once. Two lessons:
 *
 *     participants ^
 *                  |                           *****************
 *                  |     ******************   ******************
 *                  |    *******************  *******************
 *                  |  ********************* ********************
 *                  +--------------------------------------------> time
 *                     |join|              | |join|
 *                     |<---- duration --->|
 */
export const timetable = defineExecutor({
  type: 'timetable',
  description: 'Lessons that begin by the clock.',
  keys: {
    lessons: z
      .array(lesson, { error: hinted('must be a list of lessons', EXAMPLE) })
      .min(1, { error: hinted('has no lessons', EXAMPLE) })
      .meta({
        description: 'Lessons that begin by the clock.',
        samples: [[{ at: '0m', rooms: 10, joinSpread: '2m', duration: '50m' }]],
      }),
  },
  settings: {
    lessons: z.array(
      z.object({
        /** Label in reports; the lesson is a stage of the run. */
        name: z.string(),
        atMs: ms(),
        rooms: z.number().min(0),
        joinSpreadMs: ms(),
        /** Time from `atMs` until all leave. */
        durationMs: ms(),
      }),
    ),
  },
  read: ({ executor, lessons }, { prefix }) => ({
    type: executor,
    lessons: lessons.flatMap(
      ({ name: own, at, rooms, joinSpread, duration: lasts, repeat }, index) =>
        lessonNames(own, repeat?.times, index, prefix).map((label, time) => ({
          name: label,
          atMs: at + time * (repeat?.every ?? 0),
          rooms,
          joinSpreadMs: joinSpread,
          durationMs: lasts,
        })),
    ),
  }),
  write: ({ lessons }) => [
    [
      'lessons',
      lessons.map(({ name: own, atMs, rooms, joinSpreadMs, durationMs }) => ({
        name: own,
        at: durationText(atMs),
        rooms,
        joinSpread: durationText(joinSpreadMs),
        duration: durationText(durationMs),
      })),
    ],
  ],
  check: (at, { lessons }, complain) => {
    for (const [index, { joinSpread, duration: lasts, repeat }] of lessons.entries()) {
      const where = [...at, 'lessons', index];
      if (joinSpread >= lasts)
        complain(
          [...where, 'joinSpread'],
          'is as long as the lesson: the last participant would join when all leave',
          'make it shorter',
        );
      const last = repeat === undefined ? 0 : repeat.every * (repeat.times - 1);
      if (last > LIMITS.maxDurationMs)
        complain(
          [...where, 'repeat'],
          `the last begins after more than ${LIMITS.maxDurationMs / 86_400_000} days`,
        );
    }
  },
  expand: ({ lessons }, { slots, joinSpreadMs: ofGroup, random }) => {
    checkCount(lessons.reduce((sum, { rooms }) => sum + rooms * slots.length, 0));
    let number = 0;
    const rooms = lessons.flatMap(({ name: own, atMs, rooms: count, joinSpreadMs, durationMs }) => {
      const chance = random('fill', own);
      return Array.from({ length: count }, (): RoomLifetime => {
        const room = { openAtMs: atMs, closeAtMs: atMs + durationMs };
        const spread = joinSpreadMs > 0 ? joinSpreadMs : ofGroup;
        return {
          number: ++number,
          ...room,
          slots: spreadJoins(room, slots.length, spread, chance),
        };
      });
    });
    const stages = lessons.map(({ name: own, atMs, durationMs }) => ({
      name: own,
      fromMs: atMs,
      toMs: atMs + durationMs,
    }));
    return { rooms, droppedRooms: 0, stages };
  },
  scale: ({ lessons, ...spec }, factor) => ({
    ...spec,
    lessons: lessons.map((one) => ({ ...one, rooms: scaleCount(one.rooms, factor) })),
  }),
  maxRooms: ({ lessons }) => Math.max(...lessons.map(({ rooms }) => rooms)),
  extentMs: ({ lessons }) =>
    Math.max(0, ...lessons.map(({ atMs, durationMs }) => atMs + durationMs)),
  overlapMs: ({ lessons }) => Math.min(...lessons.map(({ durationMs }) => durationMs)) / 2,
  windowNames: ({ lessons }) => namesOf(lessons),
  describe: ({ lessons }) => ({
    rooms: `${[...new Set(lessons.map(({ rooms }) => formatNumber(rooms)))].join(' / ')} rooms`,
    time: [
      plural(lessons.length, 'lesson'),
      formatDuration(Math.max(...lessons.map(({ atMs, durationMs }) => atMs + durationMs))),
    ],
  }),
});
