import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { crossOriginRule } from './cross-origin.ts';

test('credentials for a foreign origin are a warning; any origin with a token is not', () => {
  const origin = 'https://swarm-audit.example';
  expect(outcomeOf(crossOriginRule({ origin, credentials: 'true' }))).toBe('warning');
  expect(outcomeOf(crossOriginRule({ origin, credentials: null }))).toBe('passed');
  expect(outcomeOf(crossOriginRule({ origin: null, credentials: 'true' }))).toBe('passed');
  // Browsers refuse credentials for the origin *.
  expect(outcomeOf(crossOriginRule({ origin: '*', credentials: 'true' }))).toBe('passed');
});
