import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { idleRule } from './idle.ts';

it('idle: a connection that was closed', () => {
  expect(outcomeOf(idleRule(null, '', 90_000))).toBe('passed');
  expect(outcomeOf(idleRule(60_000, 'closed (code 1006)', 90_000))).toBe('error');
});
