import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { webhooksRule } from './webhooks.ts';

it('webhooks: none, of another key, without a signature; those of other rooms do not count', () => {
  const judge = (...given: [room: string, issuer: string | null, isValid: boolean][]) =>
    outcomeOf(
      webhooksRule(
        given.map(([room, issuer, isValid]) => ({ room, issuer, isValid })),
        'own',
        'key',
      ),
    );
  expect(judge(['own', 'key', true], ['other', 'stranger', false])).toBe('passed');
  expect(judge()).toBe('error');
  expect(judge(['other', 'key', true])).toBe('error');
  expect(judge(['own', 'other-key', false])).toBe('error');
  expect(judge(['own', null, false])).toBe('error');
});
