import type { EventLine } from '@livekit-swarm/record';
import { expect, it } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { load, recordOf } from '../../test/support/drill-record.ts';
import { createConversationsFold } from './conversations.ts';
import { evaluateObjectives } from './evaluate-objectives.ts';
import { createRecoveryFold } from './measure-recovery.ts';
import { createInterruptions } from './subscriptions.ts';

const FIRST = 'agent-worker-1-AJ_a';
const SECOND = 'agent-worker-2-AJ_b';
const INJECTED_AT = 20_000;
const END_AT = 60_000;

type Event = Pick<EventLine, 'at' | 'event'> & Partial<EventLine>;

/** Conversation of one caller, measured from its events; a fault is injected at 20 s. */
const conversationOf = (...events: Event[]) => {
  const histories = createInterruptions();
  const fold = createConversationsFold();
  for (const event of events) {
    const line: EventLine = { type: 'event', identity: 'caller', room: 'room', ...event };
    histories.add(line);
    fold.add(line);
  }
  const times = { histories, firstFaultAt: INJECTED_AT, endAt: END_AT, isAffected: () => true };
  return fold.result(times)[0];
};

const joins = (at: number, agent: string, event: 'agent_joined' | 'agent_added'): Event[] => [
  { at, event, agent },
  { at: at + 200, event: 'media_started', publisher: agent, kind: 'audio' },
];
const isSilent = (at: number, publisher: string): Event => ({
  ...{ at, event: 'media_interrupted', publisher, kind: 'audio' },
});

it('an agent that is heard all the time leaves no silence', () => {
  expect(conversationOf(...joins(1_000, FIRST, 'agent_joined'))).toEqual({
    ...{ room: 'room', caller: 'caller', controlGroup: false },
    agents: [
      { agent: FIRST, joinedAt: 1_000, leftAt: null, audioFromAt: 1_200, audioToAt: END_AT },
    ],
    ...{ silenceMs: 0, takenOverBy: null, deadAgentMs: null, dispatchedAgain: 0, isLost: false },
  });
});

it('a dead agent stays until it leaves, and a conversation without another one is lost', () => {
  expect(
    conversationOf(...joins(1_000, FIRST, 'agent_joined'), isSilent(20_100, FIRST), {
      at: 40_500,
      event: 'agent_left',
      agent: FIRST,
    }),
  ).toMatchObject({ silenceMs: null, takenOverBy: null, deadAgentMs: 20_400, isLost: true });
});

it('a silence ends with the first audio of another agent', () => {
  expect(
    conversationOf(
      ...joins(1_000, FIRST, 'agent_joined'),
      isSilent(20_100, FIRST),
      { at: 40_500, event: 'agent_left', agent: FIRST },
      { at: 42_500, event: 'agent_dispatched', reason: 'again' },
      ...joins(43_000, SECOND, 'agent_added'),
    ),
  ).toMatchObject({
    ...{ silenceMs: 23_100, takenOverBy: SECOND, deadAgentMs: 20_400 },
    ...{ dispatchedAgain: 1, isLost: false },
  });
});

it('an agent that is heard again has not been taken over', () => {
  expect(
    conversationOf(...joins(1_000, FIRST, 'agent_joined'), isSilent(20_100, FIRST), {
      at: 30_100,
      event: 'media_resumed',
      publisher: FIRST,
      kind: 'audio',
      durationMs: 10_000,
    }),
  ).toMatchObject({ silenceMs: 10_000, takenOverBy: null, deadAgentMs: null, isLost: false });
});

it('an agent that leaves in order is silent from then on, and was not dead', () => {
  expect(
    conversationOf(...joins(1_000, FIRST, 'agent_joined'), {
      ...{ at: 35_000, event: 'agent_left', agent: FIRST },
    }),
  ).toMatchObject({ silenceMs: null, deadAgentMs: null, isLost: true });
});

it('a silence before the fault is not counted', () => {
  expect(
    conversationOf(...joins(1_000, FIRST, 'agent_joined'), isSilent(5_000, FIRST), {
      at: 9_000,
      event: 'media_resumed',
      publisher: FIRST,
      kind: 'audio',
      durationMs: 4_000,
    }),
  ).toMatchObject({ silenceMs: 0 });
});

it('a caller that never had an agent has lost its conversation', () => {
  expect(conversationOf({ at: 4_000, event: 'agent_lost' })).toMatchObject({
    ...{ agents: [], silenceMs: null, isLost: true },
  });
});

it('a caller that is disconnected for good has lost its conversation', () => {
  expect(
    conversationOf(...joins(1_000, FIRST, 'agent_joined'), { at: 25_000, event: 'disconnected' }),
  ).toMatchObject({ silenceMs: null, deadAgentMs: null, isLost: true });
});

it('a caller that rejoins hears its agent again', () => {
  expect(
    conversationOf(
      ...joins(1_000, FIRST, 'agent_joined'),
      { at: 25_000, event: 'disconnected' },
      { at: 28_000, event: 'rejoined' },
      {
        at: 29_000,
        event: 'media_resumed',
        publisher: FIRST,
        kind: 'audio',
        durationMs: 4_000,
      },
    ),
  ).toMatchObject({ silenceMs: 4_000, takenOverBy: null, isLost: false });
});

it('the end of a conversation does not count as silence', () => {
  expect(
    conversationOf(
      ...joins(1_000, FIRST, 'agent_joined'),
      { at: 50_000, event: 'left' },
      isSilent(49_950, FIRST),
    ),
  ).toMatchObject({ silenceMs: 0, isLost: false });
});

it('a drill without any conversation misses what it requires of them', () => {
  const fold = createRecoveryFold();
  for (const line of recordOf(...load('a-1', 'a-2'))) fold.add(line);
  const objectives = {
    ...drillOf().objectives,
    agentSilenceMaxMs: 10_000,
    conversationsLost: 0,
  };
  const results = evaluateObjectives({ objectives, joinProbes: null }, fold.result());
  expect(results.slice(-2)).toMatchObject([
    { code: 'agent_silence', met: false, measured: null },
    { code: 'conversations_lost', met: false, measured: null },
  ]);
});
