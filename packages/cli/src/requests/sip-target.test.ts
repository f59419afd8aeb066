import { expect, test } from 'vitest';
import { readSipTarget } from './sip-target.ts';

test('a service of this host needs no confirmation, every other one does, by its name', () => {
  expect(readSipTarget('127.0.0.1', ['100'], null, {}, {}).host).toBe('127.0.0.1');
  for (const address of ['sip.example.com', '10.0.0.5', 'sip'])
    expect(() => readSipTarget(address, ['+15105550100'], null, {}, {})).toThrow(
      `${address}: calls to it cost money`,
    );
  const other = { confirmTarget: ['sip.example.org'] };
  expect(() => readSipTarget('sip.example.com', ['+15105550100'], null, other, {})).toThrow(
    'cost money',
  );
  const flags = { confirmTarget: ['sip.example.com'] };
  expect(readSipTarget('sip:sip.example.com', ['+15105550100'], null, flags, {}).port).toBe(5_060);
});

test('host rules apply before the confirmation', () => {
  const flags = { confirmTarget: ['sip.example.com'] };
  const call = (env: NodeJS.ProcessEnv): unknown =>
    readSipTarget('sip.example.com', ['+15105550100'], null, flags, env);
  expect(() => call({ SWARM_DENY_HOST: 'sip.example.com' })).toThrow('is denied');
  expect(() => call({ SWARM_ALLOW_HOST: '10.0.0.0/8' })).toThrow('is not allowed');
});

test('no number is a default, and short ones are called on this host alone', () => {
  expect(() => readSipTarget('127.0.0.1', [], null, {}, {})).toThrow('no number to call');
  const flags = { confirmTarget: ['sip.example.com'] };
  for (const number of ['112', '911'])
    expect(() =>
      readSipTarget('sip.example.com', ['+15105550100', number], null, flags, {}),
    ).toThrow(`${number}: may be an emergency`);
  expect(readSipTarget('127.0.0.1', ['112'], null, {}, {}).host).toBe('127.0.0.1');
});

test('a transfer to a short number is refused as a call to it', () => {
  const flags = { confirmTarget: ['sip.example.com'] };
  for (const uri of ['tel:911', 'tel:9-1-1', 'tel:(911)', 'sip:112@carrier', 'sip:+112@127.0.0.1'])
    expect(() => readSipTarget('sip.example.com', ['+15105550100'], uri, flags, {})).toThrow(
      'may be an emergency',
    );
  const uri = 'tel:+1-510-555-0101';
  expect(readSipTarget('sip.example.com', ['+15105550100'], uri, flags, {}).port).toBe(5_060);
  expect(() => readSipTarget('127.0.0.1', ['100'], 'nowhere', {}, {})).toThrow('not a SIP');
});
