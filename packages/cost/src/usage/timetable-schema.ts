import {
  bitRate,
  duration,
  hinted,
  type JsonSchema,
  positive,
  prose,
  settingsJsonSchema,
  strict,
  text,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { monthIssues } from './month-sum.ts';
import { MINUTE_MS } from './usage.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const MOST = 10_000_000;
const HOURS = hinted('must be hours of the day', 'write 8-12: 600, or 8: 600 for one hour');

const hours = z
  .string()
  .regex(/^\d{1,2}(-\d{1,2})?$/, { error: HOURS })
  .refine(
    (given) => {
      const [from, to] = hourRange(given);
      return from < to && to <= 24;
    },
    { error: HOURS },
  );

/** Reads a range of hours: `8-12` → 8 and 12; `8` → 8 and 9. */
export const hourRange = (given: string): [from: number, to: number] => {
  const [from = '', to] = given.split('-');
  return [Number(from), to === undefined ? Number(from) + 1 : Number(to)];
};

const EXAMPLE = 'write - { days: [mon, fri], hours: { 8-12: 600 } }';

const week = () =>
  z
    .array(
      strict({
        days: z
          .array(word(DAYS, 'day'), { error: hinted('must be a list of days', 'write [mon, tue]') })
          .min(1, { error: hinted('has no days', 'write [mon, tue]') }),
        hours: z
          .record(hours, whole(0, MOST), { error: HOURS })
          .describe('Participants at the same time, by hours of the day. Other hours: 0.'),
      }),
      { error: hinted('must be a list', EXAMPLE) },
    )
    .min(1, { error: hinted('has no days', EXAMPLE) });

const MONTH_EXAMPLE =
  'write participantMinutes: 4800000, or activeUsers: 10000, sessionsPerUser: 8';

const monthly = () =>
  strict({
    participantMinutes: positive(1e12).optional().describe('Participant-minutes in a month.'),
    activeUsers: whole(1, 1_000_000_000)
      .optional()
      .describe('Instead: users who join at least once in a month.'),
    sessionsPerUser: positive(100_000)
      .optional()
      .describe('Sessions of each of them in a month, on average; each lasts for `session`.'),
    peakParticipants: whole(1, MOST)
      .optional()
      .describe('The most at the same time. Default: four times the average over the month.'),
  }).refine(
    ({ participantMinutes, activeUsers, sessionsPerUser }) =>
      (participantMinutes === undefined) === (activeUsers !== undefined) &&
      (activeUsers === undefined) === (sessionsPerUser === undefined),
    {
      error: hinted(
        'must have participantMinutes, or activeUsers with sessionsPerUser',
        MONTH_EXAMPLE,
      ),
    },
  );

/** Schema of a timetable: the number of participants over time, and the rates of each. */
export const timetableSchema = () =>
  strict({
    timetable: text(60, 'a name').describe('Name of the timetable.'),
    description: prose(1_000, 'a description').optional(),
    week: week().optional().describe('Participants by day of the week and hour of the day.'),
    monthly: monthly()
      .optional()
      .describe('Instead of a week: the minutes of a month, or its users.'),
    scenario: text(4_096, 'a path')
      .optional()
      .describe(
        'A scenario file, relative to this one: a participant sends and receives as there.',
      ),
    perParticipant: strict({
      up: bitRate().describe('Mean bit rate that a participant sends.'),
      down: bitRate().describe('Mean bit rate that a participant receives.'),
    })
      .optional()
      .describe('Instead of a scenario: bit rates on the wire.'),
    session: duration(1_000)
      .default(30 * MINUTE_MS)
      .describe(
        'Mean length of stay of a participant; LiveKit Cloud rounds each stay up to a minute.',
      ),
    recording: strict({
      hours: positive(1e9).describe('Hours recorded in a month.'),
      bitRate: bitRate(),
      keptMonths: positive(1_200).describe('Time that a recording is kept, months.'),
    })
      .optional()
      .describe('Recordings that are kept in object storage.'),
    hls: strict({
      listenerHours: positive(1e12).describe('Hours that all listeners hear in a month.'),
      bitRate: bitRate().describe('Bandwidth of the stream.'),
    })
      .optional()
      .describe('Audience of an HLS stream, which a CDN or an origin serves.'),
  })
    .refine(({ week, monthly }) => (week === undefined) !== (monthly === undefined), {
      error: hinted('must have week or monthly, and not both', EXAMPLE),
    })
    .refine(
      ({ scenario, perParticipant }) => (scenario === undefined) !== (perParticipant === undefined),
      {
        error: hinted(
          'must have scenario or perParticipant, and not both',
          'write perParticipant: { up: 34kbit/s, down: 1.5Mbit/s }',
        ),
      },
    )
    .superRefine(({ monthly, session }, context) => {
      if (monthly === undefined) return;
      for (const issue of monthIssues(monthly, session)) context.addIssue(issue);
    });

export type Timetable = z.output<ReturnType<typeof timetableSchema>>;

/** JSON Schema (draft 7) of a timetable, for editors. */
export const timetableJsonSchema = (): JsonSchema =>
  settingsJsonSchema(
    timetableSchema(),
    'A timetable of swarm cost',
    'cost/schema/timetable.schema.json',
  );
