import { expect, test } from 'vitest';
import { observation, sideIn, track } from '../../test/support/observations.ts';
import type { ModuleOptions } from '../module.ts';
import { type AgentObservation, absent, noAgent } from '../observation.ts';
import { evaluateProbe } from './evaluate-probe.ts';

/** Evaluate a call in which the caller joined. */
const judge = (
  agent: Partial<AgentObservation>,
  options: ModuleOptions = {},
  given: Parameters<typeof observation>[2] = {},
) => {
  const seen = observation('agent_call', options, {
    agent: { ...noAgent(), ...agent },
    a: { others: ['agent-1'], tracks: [track({ direction: 'up' }), track({ direction: 'down' })] },
    ...given,
  });
  return evaluateProbe({ ...seen, sides: { ...seen.sides, b: absent() } });
};

const reasons = (...given: Parameters<typeof judge>): string[] =>
  judge(...given).failures.map(({ reason }) => reason);

const ANSWERED = {
  joinedMs: 300,
  publishedMs: 400,
  readyMs: 500,
  answer: { responseMs: 900 },
  isOver: true,
};

test('an answer is a success, although the caller is alone', () => {
  expect(judge(ANSWERED)).toMatchObject({ success: true, received: null });
  expect(reasons({ ...ANSWERED, answer: { responseMs: null } })).toEqual([]);
});

test('limits apply to the start and the answer of an agent', () => {
  const limits = { ready: 450, response: 800 };
  expect(reasons(ANSWERED, { limits })).toEqual(['agent_slow', 'agent_slow']);
  expect(reasons(ANSWERED, { limits: { ready: 500, response: 900 } })).toEqual([]);
  // An agent that does not show when it is ready is so when it publishes.
  expect(reasons({ ...ANSWERED, readyMs: null }, { limits: { ready: 450 } })).toEqual([]);
});

test('an agent that never joined is missing, with the state of its job', () => {
  const message = (job: AgentObservation['job']) => judge({ isOver: true, job }).failures;
  expect(message('no_job')).toEqual([
    {
      reason: 'agent_missing',
      message:
        'no agent joined within 10000 ms: no worker took the job: none of this name is registered, or all are full',
    },
  ]);
  expect(message(null)).toMatchObject([{ message: 'no agent joined within 10000 ms' }]);
});

test('an agent that joined and gave no answer is silent', () => {
  const silent = { joinedMs: 300, isOver: true };
  expect(judge({ ...silent, publishedMs: 400 }).failures).toMatchObject([
    { reason: 'agent_silent', message: 'the agent gave no answer within 10000 ms' },
  ]);
  expect(judge(silent).failures).toMatchObject([
    { message: 'the agent published no audio within 10000 ms' },
  ]);
});

test('failures of the deployment are not those of the agent', () => {
  const broken = { ...sideIn('b'), loss: { reason: 'closed', message: 'closed by the server' } };
  expect(reasons({ joinedMs: 300 }, {}, { a: broken })).toEqual(['disconnected']);
  const refused = { ...absent(), refusal: { reason: 'unauthorized', message: 'no' } };
  expect(reasons({}, {}, { a: refused })).toEqual(['rejected']);
  expect(judge({ joinedMs: 300 }, {}, { outOfTime: true }).failures).toMatchObject([
    { reason: 'timeout', message: expect.stringMatching(/before the agent answered/) },
  ]);
});
