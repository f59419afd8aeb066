import { expect, it } from 'vitest';
import { announced, failing, node, outcomeOf } from '../../test/support/check-facts.ts';
import { nodesRule } from './nodes.ts';

it('nodes: one that accepts no participants', () => {
  expect(outcomeOf(nodesRule([node(announced)]))).toBe('passed');
  expect(outcomeOf(nodesRule([node(announced), node(failing('signal_timeout'))]))).toBe('error');
  expect(outcomeOf(nodesRule([node(failing('bad_gateway'))]))).toBe('error');
});
