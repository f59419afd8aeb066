import { plural, whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { defineExecutor, scaleCount } from './definition.ts';
import { checkCount, MIN_SESSION_MS, type RoomLifetime, type SessionSlot } from './expansion.ts';
import { checkFixedRooms, roomCount } from './fixed-rooms.ts';
import {
  checkStages,
  describeStages,
  describeTargets,
  namesOf,
  readStages,
  scaleStages,
  stageSchema,
  stages,
  stageWindows,
  totalMs,
  writeStages,
} from './stages.ts';

const levels = () => whole(0, LIMITS.perRoom);

/**
 * Executor with a fixed number of rooms whose participants join and leave so that their number per
 * room follows straight lines from stage to stage: how large can one room become? Permanent roles
 * join at the start, in addition to these numbers, and stay until the end. A webinar with one
 * speaker, up to five viewers and back to two:
 *
 *     viewers ^
 *           5 |         *******
 *           4 |       ***********
 *           3 |     ***************
 *           2 |   *************************
 *           1 | ***************************
 *     speaker | ***************************
 *             +----------------------------> time
 *
 * Joins of several rooms alternate, so that all rooms grow alike. The last to join is the first to
 * leave, as with `ramping-rooms`. Sessions at the very tip of a steep peak that would last less
 * than a second are left out.
 */
export const rampingParticipants = defineExecutor({
  type: 'ramping-participants',
  description: 'A fixed number of rooms that fill and empty, stage by stage.',
  replacesParticipants: true,
  keys: {
    rooms: roomCount()
      .optional()
      .describe('The number of rooms, open from the beginning to the end. Default with `room`: 1.'),
    startParticipants: levels()
      .default(1)
      .describe('The number of participants per room at the start, without permanent roles.'),
    stages: stages(
      levels().describe(
        'The number of participants per room at the end of the stage, without permanent roles.',
      ),
    ).describe('Participants join and leave along straight lines from stage to stage.'),
  },
  settings: {
    rooms: z.number().min(0),
    startParticipants: z.number().min(0),
    stages: z.array(stageSchema),
  },
  read: (file, context) => ({
    type: file.executor,
    rooms: file.rooms ?? 1,
    startParticipants: file.startParticipants,
    stages: readStages(file.stages, context),
  }),
  write: ({ rooms, startParticipants, stages: given }, { namedRoom }) => [
    ...(namedRoom ? [] : [['rooms', rooms] satisfies [string, number]]),
    ['startParticipants', startParticipants],
    ['stages', writeStages(given)],
  ],
  check: (at, file, complain) => {
    checkFixedRooms(at, file, complain);
    const { startParticipants, stages: given, roles, joinSpread } = file;
    if (joinSpread > 0)
      complain(
        [...at, 'joinSpread'],
        'has no effect with ramping-participants',
        'leave it out: the stages set the times of all joins',
        'key',
      );
    checkStages(
      at,
      { start: startParticipants, given },
      'no participant ever joins: every target is 0',
      complain,
    );
    const slots = Object.values(roles)
      .filter(({ permanent }) => !permanent)
      .reduce((sum, { count }) => sum + count, 0);
    const most = given.reduce((max, { target }) => Math.max(max, target), startParticipants);
    if (most > slots)
      complain(
        [...at, 'stages'],
        `reach ${plural(most, 'participant')} per room, but the roles that are not permanent have ${slots}`,
        `give them a count of ${most} in all, or use lower targets`,
      );
  },
  expand: ({ rooms, startParticipants, stages: given }, { slots }) => {
    const endAtMs = totalMs(given);
    const ramping = slots.flatMap(({ permanent }, slot) => (permanent ? [] : [slot]));
    checkCount(rooms * slots.length);
    const sessions = Array.from({ length: rooms }, () =>
      slots.map(({ permanent }): SessionSlot[] =>
        permanent ? [{ joinAtMs: 0, leaveAtMs: endAtMs }] : [],
      ),
    );
    let count = rooms * slots.length;
    /** Connected participants of the ramping roles, in the order of their joins. */
    const connected: { room: number; slot: number; joinAtMs: number }[] = [];
    const join = (joinAtMs: number): void => {
      const room = connected.length % rooms;
      const slot = ramping[Math.floor(connected.length / rooms)];
      if (slot !== undefined) connected.push({ room, slot, joinAtMs });
    };
    const leaveLast = (leaveAtMs: number): void => {
      const last = connected.pop();
      if (last === undefined || leaveAtMs - last.joinAtMs < MIN_SESSION_MS) return;
      sessions[last.room]?.[last.slot]?.push({ joinAtMs: last.joinAtMs, leaveAtMs });
      checkCount(++count);
    };
    const perRoom = (participants: number): number =>
      rooms * Math.min(participants, ramping.length);
    for (let n = perRoom(startParticipants); n > 0; n--) join(0);
    let stageAtMs = 0;
    for (const { target, durationMs } of given) {
      const from = connected.length;
      const steps = Math.abs(perRoom(target) - from);
      for (let step = 1; step <= steps; step++) {
        const atMs = stageAtMs + (durationMs * step) / steps;
        if (perRoom(target) > from) join(atMs);
        else leaveLast(atMs);
      }
      stageAtMs += durationMs;
    }
    while (connected.length > 0) leaveLast(endAtMs);
    return {
      rooms: sessions.map(
        (own, room): RoomLifetime => ({
          number: room + 1,
          openAtMs: 0,
          closeAtMs: endAtMs,
          slots: own,
        }),
      ),
      droppedRooms: 0,
      stages: stageWindows(given),
    };
  },
  scale: (spec, factor) => ({ ...spec, rooms: scaleCount(spec.rooms, factor) }),
  scaleRates: (spec, factor) => ({
    ...spec,
    startParticipants: scaleCount(spec.startParticipants, factor),
    stages: scaleStages(spec.stages, (target) => scaleCount(target, factor)),
  }),
  maxRooms: ({ rooms }) => rooms,
  extentMs: ({ stages: given }) => totalMs(given),
  overlapMs: () => null,
  windowNames: ({ stages: given }) => namesOf(given),
  describe: ({ rooms, startParticipants, stages: given }) => ({
    rooms: `${plural(rooms, 'room')} of ${describeTargets(startParticipants, given)} participants`,
    time: [describeStages(given)],
  }),
});
