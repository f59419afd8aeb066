import { expect, test } from 'vitest';
import { isShortNumber, readNumbers, transferNumber } from './dialled-numbers.ts';
import { readSipAddress, sipAddressText } from './sip-address.ts';

test.each([
  ['sip.example.com', 'sip:sip.example.com:5060'],
  ['sip:SIP.example.com:5070', 'sip:sip.example.com:5070'],
  ['sip:10.0.0.1;transport=TCP', 'sip:10.0.0.1:5060;transport=tcp'],
  ['127.0.0.1:1;transport=udp', 'sip:127.0.0.1:1'],
])('reads %s', (text, shown) => {
  expect(sipAddressText(readSipAddress(text))).toBe(shown);
});

test.each([
  ['sips:sip.example.com', 'TLS'],
  ['sip:sip.example.com;transport=tls', 'TLS'],
  ['sip:+15105550100@sip.example.com', 'has a user'],
  ['sip.example.com:99999', 'not a port'],
  ['10.0.0.256', 'not the address'],
  ['http://sip.example.com', 'not the address'],
  ['', 'not the address'],
])('refuses %s', (text, why) => {
  expect(() => readSipAddress(text)).toThrow(why);
});

test('reads numbers, one a line or separated by commas', () => {
  expect(readNumbers('+15105550100, anna # the first\n\n# none\n200\n', 'numbers.txt')).toEqual([
    ...['+15105550100', 'anna', '200'],
  ]);
});

test.each(['100 200', 'sip:100@example.com', '100;phone-context=x', '[field1]', 'ä', '<b>'])(
  'refuses the number %s',
  (text) => {
    expect(() => readNumbers(text, '--number')).toThrow('not a number');
  },
);

test.each([
  ['112', true],
  ['911', true],
  ['+112', true],
  ['1001', true],
  ['9-1-1', true],
  ['(911)', true],
  ['9.1.1;phone-context=+1', true],
  ['+1-510-555-0100', false],
  ['10010', false],
  ['+15105550100', false],
  ['anna', false],
])('%s is short: %s', (number, isShort) => {
  expect(isShortNumber(number)).toBe(isShort);
});

test('the number of a transfer', () => {
  expect(transferNumber('tel:(911)')).toBe('(911)');
  expect(transferNumber('sip:112@carrier.example:5060')).toBe('112');
  for (const wrong of ['nowhere', 'sip:carrier.example', 'tel:anna', 'tel:911>', 'sips:1@a'])
    expect(() => transferNumber(wrong)).toThrow('not a SIP or tel URI');
});
