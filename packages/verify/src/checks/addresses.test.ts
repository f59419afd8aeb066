import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { addressesRule } from './addresses.ts';

describe('addresses', () => {
  const at = (address: string, error: string | null) => ({
    ...{ address, error, family: address.includes(':') ? 6 : 4 },
  });
  it.each([
    [[null, null], 'passed'],
    [[null, 'ECONNREFUSED'], 'error'],
    [['no answer', 'ECONNREFUSED'], 'error'],
  ] as const)('%j: %s', (errors, outcome) => {
    const answers = errors.map((error, index) => at(`192.0.2.${index + 1}`, error));
    expect(outcomeOf(addressesRule(answers, 443))).toBe(outcome);
  });

  it('does not report a family for which this host has no route', () => {
    const v6 = at('2001:db8::1', 'ENETUNREACH');
    expect(outcomeOf(addressesRule([at('192.0.2.1', null), v6], 443))).toBe('passed');
    expect(outcomeOf(addressesRule([v6], 443))).toBe('unknown');
  });
});
