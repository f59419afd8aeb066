import { describe, expect, it } from 'vitest';
import { NOW, outcomeOf } from '../../test/support/check-facts.ts';
import { clockRule } from './clock.ts';

describe('clock', () => {
  const answer = (offsetSeconds: number) => ({
    date: new Date(NOW + offsetSeconds * 1_000).toUTCString(),
    ...{ askedAt: NOW, answeredAt: NOW + 100 },
  });
  it.each([
    [0, 'passed'],
    [-5, 'passed'],
    [8, 'warning'],
    [-120, 'error'],
  ])('%d s: %s', (seconds, outcome) => {
    expect(outcomeOf(clockRule(answer(seconds)))).toBe(outcome);
  });

  it('leaves an answer without a Date to the check of admission', () => {
    expect(outcomeOf(clockRule({ ...answer(0), date: null }))).toBe('skipped');
  });
});
