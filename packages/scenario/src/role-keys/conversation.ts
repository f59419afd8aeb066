/** Conversation: a participant that talks with a voice agent in turns, and listens to its answers. */
import { duration, hinted, name, share, strict, whole, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { type E2eeKey, e2eeOf } from './e2ee.ts';

/** Side that speaks first. */
const OPENERS = ['caller', 'agent'] as const;

/**
 * Ways to dispatch an agent. `token`: the token of the caller names it, and the server dispatches
 * it with the room that the caller creates. `api`: a call of the dispatch service when the caller
 * has joined. `room`: a call of the room service creates the room with it, before the caller joins.
 */
export const DISPATCHES = ['token', 'api', 'room'] as const;

/** Transfer in records, plans, and the metadata of dispatches. */
export const transferSchema = z.object({
  /** Number of answers after which the agent hands the caller over. */
  after: z.number(),
  /** Name of the next agent. */
  to: z.string(),
});

export type Transfer = z.infer<typeof transferSchema>;

/** Conversation in records and plans. */
export const conversationSchema = z
  .object({
    opens: z.enum(OPENERS),
    /** Pause between the end of an answer and the next utterance, ms. */
    pauseMs: z.number(),
    /** Longest wait for the first voice of an answer, and for the agent itself, ms. */
    answerWithinMs: z.number(),
    /** Silence after which an answer has ended, ms. */
    answerEndsMs: z.number(),
    /** Turns that interrupt the answer to the turn before; null: none. */
    bargeIn: z
      .object({
        /** Share of the turns. */
        share: z.number(),
        /** Time from the first voice of the answer, ms. */
        afterMs: z.number(),
      })
      .nullable(),
    /** Number of turns; absent: until the participant leaves. */
    turns: z.number().exactOptional(),
    /** Agent that is dispatched to the room; absent: the room has one, or gets one on its own. */
    agent: z
      .object({
        name: z.string(),
        by: z.enum(DISPATCHES),
        /** Time from the join of the caller to the dispatch by the API, ms; absent: at once. */
        afterMs: z.number().exactOptional(),
        /** Interval of further dispatches while no agent is in the room, ms; absent: none. */
        againMs: z.number().exactOptional(),
      })
      .exactOptional(),
    /** Transfer to another agent; absent: the caller talks with one. */
    transfer: transferSchema.exactOptional(),
  })
  .meta({ id: 'Conversation', description: 'A conversation with a voice agent.' });

export type Conversation = z.infer<typeof conversationSchema>;

const MOST_TURNS = 100_000;
/** A dispatch takes up to a second, ms: an earlier one would bring a second agent. */
const LEAST_AGAIN_MS = 1_000;

const bargeInSetting = () =>
  strict({
    share: share().default(0.2).describe('Share of the turns that interrupt an answer.'),
    after: duration(1).default(1_000).describe('Counted from the first voice of the answer.'),
  })
    .transform(({ share, after }) => ({ share, afterMs: after }))
    .meta({ shared: 'bargeIn' });

const agentSetting = () =>
  z
    .union(
      [
        name('the name of an agent').transform((name) => ({ name, by: 'token' as const })),
        strict({
          name: name('the name of an agent').describe('Name with which its workers register.'),
          by: word(DISPATCHES, 'dispatch')
            .default('token')
            .describe(
              'token: the token of the caller names it. api: the dispatch service is called when the caller has joined. room: the room service creates the room with it, about two seconds before the caller joins.',
            ),
          after: duration()
            .optional()
            .describe(
              'With by: api, time that the caller waits on hold before the dispatch, as in a queue; answerWithin begins then. Default: none.',
            ),
          again: duration(LEAST_AGAIN_MS)
            .optional()
            .describe(
              'An application that watches its rooms: it calls the dispatch service again when the agent has left the room, or has not joined in time, after this time, and again while no agent is there. Not with transfer. Default: never; livekit-server does not dispatch again.',
            ),
        })
          .refine(({ by, after }) => after === undefined || by === 'api', {
            path: ['after'],
            error: hinted(
              'is only possible with by: api',
              'write { name: my-agent, by: api, after: 5s }',
            ),
          })
          .transform(({ name, by, after, again }) => ({
            name,
            by,
            ...(after !== undefined && { afterMs: after }),
            ...(again !== undefined && { againMs: again }),
          })),
      ],
      {
        error: hinted(
          'must be the name of an agent',
          'write my-agent, or { name: my-agent, by: api }',
        ),
      },
    )
    .meta({ shared: 'dispatchedAgent', samples: ['my-agent', { name: 'my-agent', by: 'api' }] });

const transferSetting = () =>
  strict({
    after: whole(1, MOST_TURNS)
      .default(2)
      .describe('Number of answers after which the agent hands the caller over.'),
    to: name('the name of an agent').describe('Name of the next agent.'),
  }).meta({ shared: 'transfer' });

const conversationSetting = () =>
  strict({
    opens: word(OPENERS, 'side')
      .default('caller')
      .describe('Side that speaks first: caller, or agent, which greets.'),
    pause: duration()
      .default(1_000)
      .describe('Pause between the end of an answer and the next utterance.'),
    answerWithin: duration(100)
      .default(10_000)
      .describe(
        'Longest wait for an answer, after which the turn is unanswered, and for the agent to join.',
      ),
    answerEnds: duration(300)
      .default(800)
      .describe('Silence after which an answer has ended; shorter silence is a gap in it.'),
    bargeIn: bargeInSetting()
      .optional()
      .describe('Turns that interrupt the answer to the turn before. Default: none.'),
    agent: agentSetting()
      .optional()
      .describe(
        'Agent that is dispatched to each room. Default: none; workers without a name join every room.',
      ),
    transfer: transferSetting()
      .optional()
      .describe(
        'Transfer to another agent: the first one finds it in the metadata of its dispatch, dispatches the next one into the same room, and leaves. Default: none.',
      ),
    turns: whole(1, MOST_TURNS)
      .optional()
      .describe('Number of turns. Default: until the participant leaves.'),
  })
    .transform(
      ({
        opens,
        pause,
        answerWithin,
        answerEnds,
        bargeIn,
        agent,
        transfer,
        turns,
      }): Conversation => ({
        opens,
        pauseMs: pause,
        answerWithinMs: answerWithin,
        answerEndsMs: answerEnds,
        bargeIn: bargeIn ?? null,
        ...(turns !== undefined && { turns }),
        ...(agent !== undefined && { agent }),
        ...(transfer !== undefined && { transfer }),
      }),
    )
    .meta({ id: 'conversation', samples: [{ pause: '1s', bargeIn: { share: '20%' }, turns: 5 }] });

const agentForm = ({ name, by, afterMs, againMs }: NonNullable<Conversation['agent']>): unknown =>
  by === 'token' && againMs === undefined
    ? name
    : {
        ...{ name, by },
        ...(afterMs !== undefined && { after: durationText(afterMs) }),
        ...(againMs !== undefined && { again: durationText(againMs) }),
      };

/** Form that the schema reads. */
const conversationForm = (settings: Conversation): Record<string, unknown> => {
  const { opens, pauseMs, answerWithinMs, answerEndsMs, bargeIn, agent, transfer, turns } =
    settings;
  return {
    opens,
    pause: durationText(pauseMs),
    answerWithin: durationText(answerWithinMs),
    answerEnds: durationText(answerEndsMs),
    ...(bargeIn !== null && {
      bargeIn: { share: bargeIn.share, after: durationText(bargeIn.afterMs) },
    }),
    ...(agent !== undefined && { agent: agentForm(agent) }),
    ...(transfer !== undefined && { transfer }),
    ...(turns !== undefined && { turns }),
  };
};

/** The keys of a role that conversations depend on. */
export interface ConversationRole extends E2eeKey {
  turns?: unknown;
  actions?: readonly unknown[] | undefined;
  answers?: unknown;
  conversation?: unknown;
  subscribe?: boolean | undefined;
  connect?: unknown;
}

/**
 * Report settings that a participant cannot have which speaks and listens: `name` is the key that
 * makes it do so.
 */
export const checkVoice = (
  name: 'conversation' | 'answers',
  { at, role, group, tracks, complain }: Checking<ConversationRole, E2eeKey>,
): void => {
  const refuse = (message: string, hint: string): void =>
    complain([...at, name], message, hint, 'key');
  if (tracks.filter(({ kind }) => kind === 'audio').length !== 1)
    refuse('needs one audio track', 'write publish: audio');
  if (e2eeOf(role, group) !== null)
    refuse('is not possible with e2ee: encrypted audio cannot be listened to', 'leave one out');
  for (const other of ['turns', 'actions'] as const)
    if (role[other] !== undefined) refuse(`is not possible with ${other}`, 'leave one out');
  if (role.subscribe === false)
    refuse('needs the audio of the other side', 'leave subscribe: false out');
};

/** Conversation with the voice agent of the room. Absent: none. */
export const conversation = defineRoleKey({
  name: 'conversation',
  file: conversationSetting()
    .optional()
    .describe(
      'They talk with the voice agent of their room in turns, and measure its answers. They speak their audio file, or sentences of swarm.',
    ),
  settings: conversationSchema.exactOptional(),
  plan: 'same',
  read: (given) => given,
  write: conversationForm,
  check: (given, context: Checking<ConversationRole, E2eeKey>) => {
    if (given === undefined) return;
    checkVoice('conversation', context);
    if (context.role.answers !== undefined)
      context.complain(
        [...context.at, 'conversation'],
        'is not possible with answers: a participant is the caller or the agent',
        'use two roles',
        'key',
      );
    if (given.transfer !== undefined && given.agent === undefined)
      context.complain(
        [...context.at, 'conversation', 'transfer'],
        'needs agent: the first agent finds the transfer in the metadata of its dispatch',
        'write agent: front-desk, with the name of the first agent',
        'key',
      );
    if (given.transfer !== undefined && given.agent?.againMs !== undefined)
      context.complain(
        [...context.at, 'conversation', 'agent', 'again'],
        'is not possible with transfer: the first agent leaves when it hands the caller over, and would be dispatched again',
        'leave one out',
        'key',
      );
    if (given.agent?.by === 'token' && context.role.connect !== undefined)
      context.complain(
        [...context.at, 'conversation', 'agent'],
        'has no effect with connect: the token comes from the endpoint, which names the agent or not',
        `write agent: { name: ${given.agent.name}, by: api }, or leave agent out where the endpoint's token names it`,
        'key',
      );
  },
});
