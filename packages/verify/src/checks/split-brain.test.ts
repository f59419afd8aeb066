import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { splitBrainRule } from './split-brain.ts';

it('split-brain: pairs in two copies of their room', () => {
  const pair = (a: string, b: string) => ({ rooms: [a, b], nodes: ['ND_a', 'ND_b'] }) as const;
  expect(outcomeOf(splitBrainRule([pair('RM_1', 'RM_1')]))).toBe('passed');
  expect(outcomeOf(splitBrainRule([pair('RM_1', 'RM_1'), pair('RM_2', 'RM_3')]))).toBe('error');
});
