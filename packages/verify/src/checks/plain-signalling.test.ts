import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { plainSignallingRule } from './plain-signalling.ts';

it.each([
  [true, ['8.8.8.8'], 'passed'],
  [false, ['10.0.0.7', '127.0.0.1', 'fd00::7'], 'passed'],
  [false, ['10.0.0.7', '8.8.8.8'], 'error'],
  [false, ['2606:4700:4700::1111'], 'error'],
])('plain-signalling: TLS %s, %j: %s', (secure, addresses, outcome) => {
  const url = { secure, ws: 'ws://livekit.example.com' };
  expect(outcomeOf(plainSignallingRule(url, addresses))).toBe(outcome);
});
