import { duration, name, positive, say, strict, text, whole } from '@livekit-swarm/settings';
import { z } from 'zod';
import { roles } from '../language/schema/role.ts';
import { LIMITS } from '../load-spec.ts';
import { joinRate } from './join-rate.ts';
import { span } from './span.ts';

/** What a group has whatever its executor. */
export const commonKeys = {
  startTime: duration()
    .prefault('0s')
    .describe('When the group begins, after the start of the run.'),
  gather: duration()
    .prefault('0s')
    .describe(
      'People do not arrive at once: those of a room come within this time after it opened.',
    ),
  room: text(LIMITS.roomName, 'the name of a room')
    .optional()
    .meta({
      description:
        'One room of this name, instead of rooms with names of their own. Groups that name the same room meet in it.',
      samples: ['town-hall'],
    }),
  roomPrefix: text(LIMITS.roomPrefix, 'a prefix')
    .optional()
    .meta({
      description: 'What the names of the rooms begin with. Left out: swarm.',
      samples: ['call'],
    }),
  roles: roles(),
};

const rooms = () => whole(1, LIMITS.rooms);
const levels = () => whole(0, LIMITS.rooms);
const rates = (what: string) => {
  const error = ({ input }: { input?: unknown }): string =>
    say(
      `must be ${what}, from 0 to ${LIMITS.joinRate}`,
      typeof input === 'string' ? 'write the number alone; timeUnit says per what time (1s)' : null,
    );
  return z.number({ error }).min(0, { error }).max(LIMITS.joinRate, { error });
};
const total = () => duration(LIMITS.minDurationMs);

const stages = <T extends z.ZodType>(target: T) =>
  z
    .array(
      strict({
        name: name('the name of a stage')
          .optional()
          .describe(
            'For thresholds (@NAME) and reports. Left out: stage-1, stage-2, …; with the group’s name in front where several groups have stages.',
          ),
        duration: duration(1).describe('How long it takes to get to the target.'),
        target,
      }),
      { error: say('must be a list of stages', 'write - { duration: 30s, target: 20 }') },
    )
    .min(1, { error: say('has no stages', 'write - { duration: 30s, target: 20 }') })
    .meta({ samples: [[{ duration: '30s', target: 20 }]] });

const lesson = strict({
  name: name('the name of a lesson')
    .optional()
    .describe(
      'A stage of the run, for thresholds (@NAME) and reports. Left out: lesson-1, lesson-2, …',
    ),
  at: duration().describe('When it begins, after the start of the group.'),
  rooms: rooms().describe('How many rooms fill.'),
  fill: duration()
    .prefault('0s')
    .describe('Everybody arrives within this time. With 0s: within the group’s gather time.'),
  duration: total().describe('From its beginning until all leave.'),
  repeat: strict({
    every: duration(LIMITS.minDurationMs).describe('From one beginning to the next.'),
    times: whole(1, 1_000).describe('How many there are in all.'),
  })
    .optional()
    .describe('The same again and again: NAME-1, NAME-2, …'),
});

/** The keys of each executor that are its own. */
export const EXECUTOR_KEYS = {
  'constant-rooms': {
    rooms: rooms()
      .optional()
      .describe('How many rooms are open from the beginning to the end. Left out with `room`: 1.'),
    joinRate: joinRate().prefault('50/s').describe('Joins a second, over all rooms of the group.'),
    duration: total().describe('From when the last participant was due.'),
  },
  'ramping-rooms': {
    startRooms: levels().default(1).describe('How many rooms are open at the start.'),
    stages: stages(levels().describe('How many rooms are open when the stage ends.')).describe(
      'Rooms open and close along straight lines from stage to stage.',
    ),
  },
  'constant-arrival-rate': {
    rate: positive(LIMITS.joinRate).describe(
      'How many rooms open every timeUnit, however many are still open.',
    ),
    timeUnit: duration(1).prefault('1s').describe('What the rate is per.'),
    duration: total().describe('How long rooms come, and how long the group lasts.'),
    roomDuration: span().describe('How long a room stays open; may be drawn by chance.'),
    maxRooms: rooms()
      .optional()
      .describe('More than so many at a time are not opened, but counted as dropped.'),
  },
  'ramping-arrival-rate': {
    startRate: rates('rooms per timeUnit')
      .default(0)
      .describe('How many rooms open every timeUnit at the start.'),
    timeUnit: duration(1).prefault('1s').describe('What the rates are per.'),
    stages: stages(
      rates('rooms per timeUnit').describe(
        'How many rooms open every timeUnit when the stage ends.',
      ),
    ).describe('The rate follows straight lines from stage to stage.'),
    roomDuration: span().describe('How long a room stays open; may be drawn by chance.'),
    maxRooms: rooms()
      .optional()
      .describe('More than so many at a time are not opened, but counted as dropped.'),
  },
  'per-room-churn': {
    rooms: rooms()
      .optional()
      .describe('How many rooms are open all the time. Left out with `room`: 1.'),
    joinRate: joinRate()
      .prefault('50/s')
      .describe('Joins a second until every place was taken once, over all rooms of the group.'),
    duration: total().describe('From when every place had been taken once.'),
    stay: span().describe('How long somebody stays; may be drawn by chance.'),
    pause: span(0)
      .prefault('0s')
      .describe('How long a place is empty before somebody new takes it; may be drawn by chance.'),
  },
  timetable: {
    lessons: z
      .array(lesson, {
        error: say(
          'must be a list of lessons',
          'write - { at: 0m, rooms: 10, fill: 2m, duration: 50m }',
        ),
      })
      .min(1, {
        error: say('has no lessons', 'write - { at: 0m, rooms: 10, fill: 2m, duration: 50m }'),
      })
      .meta({
        description: 'Lessons that begin by the clock.',
        samples: [[{ at: '0m', rooms: 10, fill: '2m', duration: '50m' }]],
      }),
  },
} as const;

export type ExecutorName = keyof typeof EXECUTOR_KEYS;

const isExecutorName = (text: string): text is ExecutorName => Object.hasOwn(EXECUTOR_KEYS, text);

export const executorNames = (): ExecutorName[] =>
  Object.keys(EXECUTOR_KEYS).filter(isExecutorName);

const DESCRIPTIONS: Record<ExecutorName, string> = {
  'constant-rooms': 'So many rooms from the beginning to the end.',
  'ramping-rooms': 'Rooms open and close, stage by stage.',
  'constant-arrival-rate': 'So many new rooms every second, however many are still open.',
  'ramping-arrival-rate': 'New rooms at a rate that changes, stage by stage.',
  'per-room-churn': 'So many rooms all the time, in which people come and go.',
  timetable: 'Lessons that begin by the clock.',
};

/** Whose a key is that does not belong to `executor`. */
const ownersOf =
  (executor: ExecutorName) =>
  (key: string): string | null => {
    const owners = executorNames().filter((one) => Object.hasOwn(EXECUTOR_KEYS[one], key));
    if (owners.length === 0) return null;
    const own = Object.keys(EXECUTOR_KEYS[executor]).join(', ');
    return `it belongs to ${owners.join(', ')}; ${executor} has ${own}`;
  };

const executorKey = <const Name extends ExecutorName>(executor: Name) => ({
  executor: z.literal(executor).describe(DESCRIPTIONS[executor]),
});

export const constantRooms = strict(
  { ...executorKey('constant-rooms'), ...EXECUTOR_KEYS['constant-rooms'], ...commonKeys },
  ownersOf('constant-rooms'),
);
export const rampingRooms = strict(
  { ...executorKey('ramping-rooms'), ...EXECUTOR_KEYS['ramping-rooms'], ...commonKeys },
  ownersOf('ramping-rooms'),
);
export const constantArrivalRate = strict(
  {
    ...executorKey('constant-arrival-rate'),
    ...EXECUTOR_KEYS['constant-arrival-rate'],
    ...commonKeys,
  },
  ownersOf('constant-arrival-rate'),
);
export const rampingArrivalRate = strict(
  {
    ...executorKey('ramping-arrival-rate'),
    ...EXECUTOR_KEYS['ramping-arrival-rate'],
    ...commonKeys,
  },
  ownersOf('ramping-arrival-rate'),
);
export const perRoomChurn = strict(
  { ...executorKey('per-room-churn'), ...EXECUTOR_KEYS['per-room-churn'], ...commonKeys },
  ownersOf('per-room-churn'),
);
export const timetable = strict(
  { ...executorKey('timetable'), ...EXECUTOR_KEYS.timetable, ...commonKeys },
  ownersOf('timetable'),
);
