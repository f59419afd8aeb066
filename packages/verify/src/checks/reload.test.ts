import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { reloadRule } from './reload.ts';

it('reload: a connection that was closed, and joins that failed', () => {
  const kept = { endedAfterMs: null, why: '', joins: 20, failures: [], watchedMs: 5_100 };
  expect(outcomeOf(reloadRule(kept))).toBe('passed');
  expect(reloadRule({ ...kept, endedAfterMs: 1_020, why: 'closed (code 1006)' })).toMatchObject({
    severity: 'error',
    evidence: ['the reload closed a signal connection after 1.0 s: closed (code 1006)'],
  });
  expect(reloadRule({ ...kept, failures: ['refused', 'refused'] })).toMatchObject({
    evidence: ['2 of 20 joins failed meanwhile: refused'],
  });
});
