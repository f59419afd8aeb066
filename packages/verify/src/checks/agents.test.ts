import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { agentsRule } from './agents.ts';

it('agents: a job that no agent took', () => {
  expect(outcomeOf(agentsRule('helper', ['agent-AJ_1']))).toBe('passed');
  expect(outcomeOf(agentsRule('helper', []))).toBe('error');
});
