import { describe, expect, it } from 'vitest';
import { outcomeOf, pathWith } from '../../test/support/check-facts.ts';
import { pathsRule } from './paths.ts';

describe('paths of media', () => {
  it.each([
    [['works', 'not_offered'], 'passed'],
    [['works', 'failed'], 'error'],
    [['not_offered', 'not_offered'], 'warning'],
  ] as const)('%j: %s', (outcomes, outcome) => {
    expect(outcomeOf(pathsRule(outcomes.map(pathWith), 'warning'))).toBe(outcome);
  });

  it('slow joins on an overloaded host show nothing', () => {
    const slow = { ...pathWith('failed'), reason: 'join_slow' };
    expect(outcomeOf(pathsRule([pathWith('works'), slow], 'error'))).toBe('unknown');
    expect(outcomeOf(pathsRule([pathWith('failed'), slow], 'error'))).toBe('error');
  });
});
