import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { keysRule } from './keys.ts';

it('keys: sample keys and short secrets', () => {
  expect(outcomeOf(keysRule(['devkey'], 'secret'))).toBe('error');
  expect(outcomeOf(keysRule([], 'too-short'))).toBe('warning');
  expect(outcomeOf(keysRule([], 'x'.repeat(32)))).toBe('passed');
});
