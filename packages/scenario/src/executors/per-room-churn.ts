import { duration, formatDuration, plural } from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import type { Random } from '../random.ts';
import { defineExecutor } from './definition.ts';
import {
  type DurationDistribution,
  describeDistribution,
  distribution,
  distributionForm,
  distributionSchema,
  drawDuration,
} from './duration-distribution.ts';
import { checkCount, MIN_SESSION_MS, type RoomLifetime, type SessionSlot } from './expansion.ts';
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
 * Executor with a fixed number of rooms in which participants join and leave all the time. Slots
 * are filled at `joinRate`, room by room, as with constant rooms. A participant takes a slot for
 * one session; the slot is empty for a delay, and then taken by another participant, until
 * `durationMs` after every slot was taken once. Permanent roles stay from their join until the end.
 * One room with a permanent host and two slots of visitors:
 *
 *     participants ^
 *            slot 3|       ********  ***************    ****
 *            slot 2|   *****   *******    ****  ***********
 *            host  | ****************************************
 *                  +-----------------------------------------> time
 *                  |<fill->|<------------ duration --------->|
 *
 * Every slot has a separate random stream: a longer run begins like a shorter one.
 */
export const perRoomChurn = defineExecutor({
  type: 'per-room-churn',
  description: 'A fixed number of rooms in which participants join and leave all the time.',
  replacesParticipants: true,
  keys: {
    rooms: roomCount()
      .optional()
      .describe('The number of rooms, open all the time. Default with `room`: 1.'),
    joinRate: joinRate()
      .prefault('50/s')
      .describe('Joins per second until every slot was taken once, over all rooms of the group.'),
    duration: duration(LIMITS.minDurationMs).describe(
      'Time from the moment at which every slot has been taken once.',
    ),
    sessionDuration: distribution().describe('Length of a session; may be drawn at random.'),
    replacementDelay: distribution(0)
      .prefault('0s')
      .describe('Time for which a slot is empty between two sessions; may be drawn at random.'),
  },
  settings: {
    rooms: z.number().min(0),
    joinRate: z.number(),
    durationMs: z.number().min(0),
    sessionDuration: distributionSchema,
    replacementDelay: distributionSchema,
  },
  read: (file) => ({
    type: file.executor,
    rooms: file.rooms ?? 1,
    joinRate: file.joinRate,
    durationMs: file.duration,
    sessionDuration: file.sessionDuration,
    replacementDelay: file.replacementDelay,
  }),
  write: (spec, context) => [
    ...writeFixedRooms(spec, context),
    ['duration', durationText(spec.durationMs)],
    ['sessionDuration', distributionForm(spec.sessionDuration)],
    ['replacementDelay', distributionForm(spec.replacementDelay)],
  ],
  check: checkFixedRooms,
  expand: (spec, group) => {
    const { slots, random } = group;
    checkCount(spec.rooms * slots.length);
    const joins = firstJoins(spec, group);
    const endAtMs = lastJoin(joins) + spec.durationMs;
    let participants = 0;
    const rooms = joins.map((own, room): RoomLifetime => {
      const sessions = slots.map(({ permanent }, slot): SessionSlot[] => {
        const joinAtMs = own[slot] ?? 0;
        if (permanent) return [{ joinAtMs, leaveAtMs: endAtMs }];
        return sessionsOf(spec, { fromMs: joinAtMs, endAtMs }, random('place', room + 1, slot));
      });
      participants += sessions.reduce((sum, { length }) => sum + length, 0);
      checkCount(participants);
      return {
        number: room + 1,
        openAtMs: Math.min(...own),
        closeAtMs: endAtMs,
        slots: sessions,
      };
    });
    return { rooms: unlessEmpty(group, rooms), droppedRooms: 0, stages: [] };
  },
  scale: scaleFixedRooms,
  scaleRates: scaleFixedRates,
  withDuration: (spec, durationMs) => ({ ...spec, durationMs }),
  maxRooms: ({ rooms }) => rooms,
  extentMs: (spec, group) => filledAtMs(spec, group) + spec.durationMs,
  overlapMs: () => null,
  windowNames: () => [],
  describe: ({ rooms, sessionDuration, replacementDelay, durationMs }) => ({
    rooms: plural(rooms, 'room'),
    time: [
      `sessions of ${describeDistribution(sessionDuration)}`,
      `replaced after ${describeDistribution(replacementDelay)}`,
      formatDuration(durationMs),
    ],
  }),
});

interface ChurnTimes {
  sessionDuration: DurationDistribution;
  replacementDelay: DurationDistribution;
}

const sessionsOf = (
  { sessionDuration, replacementDelay }: ChurnTimes,
  { fromMs, endAtMs }: { fromMs: number; endAtMs: number },
  random: Random,
): SessionSlot[] => {
  const sessions: SessionSlot[] = [];
  for (let joinAtMs = fromMs; joinAtMs <= endAtMs - MIN_SESSION_MS; ) {
    const leaveAtMs = Math.min(
      endAtMs,
      joinAtMs + Math.max(MIN_SESSION_MS, drawDuration(sessionDuration, random)),
    );
    sessions.push({ joinAtMs, leaveAtMs });
    checkCount(sessions.length);
    joinAtMs = leaveAtMs + Math.max(0, drawDuration(replacementDelay, random));
  }
  return sessions;
};
