import { expect, it } from 'vitest';
import { allowsAny, allowsNone, kindOfAddress, matchSameAddress } from './allowed-address.ts';
import { normalNumber, sentForms } from './normal-number.ts';

it.each([
  ['203.0.113.7/32', 'prefix'],
  ['203.0.113.0/24', 'prefix'],
  ['2001:db8::/32', 'prefix'],
  ['203.0.113.7', 'bare'],
  ['2001:db8::7', 'bare'],
  ['[2001:db8::7]', 'bare'],
  ['0.0.0.0/0', 'any'],
  ['::/0', 'any'],
  ['sip.example.com', 'name'],
  ['203.0.113.7, 203.0.113.8', 'ignored'],
  ['sip://203.0.113.7', 'ignored'],
  ['*', 'ignored'],
  ['203.0.113.7:5060', 'broken'],
  ['203.0.113.0/33', 'broken'],
  ['example.com/24', 'broken'],
  ['203.0.113.0/', 'broken'],
  ['', 'broken'],
] as const)('%s: %s', (entry, kind) => {
  expect(kindOfAddress(entry)).toBe(kind);
});

it('no address, ignored ones alone and prefixes of all addresses allow every address', () => {
  expect(allowsAny([])).toBe(true);
  expect(allowsAny(['*', 'a;b'])).toBe(true);
  expect(allowsAny(['203.0.113.7/32', '0.0.0.0/0'])).toBe(true);
  expect(allowsAny(['203.0.113.7/32', '*'])).toBe(false);
  expect(allowsAny(['203.0.113.7:5060'])).toBe(false);
});

it('broken entries allow no caller, unless others do', () => {
  expect(allowsNone(['203.0.113.7:5060', '203.0.113.0/33'])).toBe(true);
  // Ignored entries count as if they were not there.
  expect(allowsNone(['203.0.113.7:5060', '*'])).toBe(true);
  expect(allowsNone(['203.0.113.7:5060', '203.0.113.7/32'])).toBe(false);
  expect(allowsNone(['*'])).toBe(false);
  expect(allowsNone([])).toBe(false);
});

it.each([
  ['203.0.113.0/24', '203.0.113.0/24', true],
  ['203.0.113.0/24', '203.0.113.128/25', true],
  ['203.0.113.77/25', '203.0.113.7', true],
  ['203.0.113.0/25', '203.0.113.128/25', false],
  ['203.0.113.7', '203.0.113.8', false],
  ['2001:db8::/32', '2001:0db8:1::/48', true],
  ['2001:db8::/48', '2001:db8:1::/48', false],
  // Of two families, although the bits of both are zero.
  ['::/8', '0.0.0.0/8', false],
  ['sip.example.com', 'sip.example.com', true],
  ['sip.example.com', 'sip.example.org', false],
  ['[2001:db8::7]', '2001:db8::/32', false],
  ['203.0.113.0/33', '203.0.113.0/24', false],
])('%s and %s match the same caller: %s', (one, other, same) => {
  expect(matchSameAddress(one, other)).toBe(same);
  expect(matchSameAddress(other, one)).toBe(same);
});

it('numbers are compared without their formatting, names as they are', () => {
  expect(normalNumber('+1 (202) 555-0100')).toBe('+12025550100');
  expect(normalNumber('12025550100')).toBe('+12025550100');
  expect(normalNumber('sales')).toBe('sales');
  expect(sentForms('+1 (202) 555-0100')).toEqual(['+12025550100']);
  expect(sentForms('1 202 555 0100')).toEqual(['12025550100', '+12025550100']);
  expect(sentForms('sales-desk')).toEqual(['sales-desk']);
  expect(normalNumber('')).toBe('');
});
