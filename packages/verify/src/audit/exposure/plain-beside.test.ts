import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { plainBesideRule } from './plain-beside.ts';

const answer = (isLiveKit: boolean) => ({
  ...{ url: 'ws://livekit.example.com:7880', isLiveKit, answer: '401 (unauthorized)' },
});

test('livekit-server without TLS is an error on a public address, else a warning', () => {
  expect(outcomeOf(plainBesideRule([answer(false)], true))).toBe('passed');
  expect(outcomeOf(plainBesideRule([answer(false), answer(true)], true))).toBe('error');
  expect(outcomeOf(plainBesideRule([answer(true)], false))).toBe('warning');
});
