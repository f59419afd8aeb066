import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { websocketRule } from './websocket.ts';

it('finds a proxy that does not upgrade', () => {
  expect(outcomeOf(websocketRule(null))).toBe('passed');
  const failure = { reason: 'bad_request', message: '400', retryable: false };
  expect(outcomeOf(websocketRule(failure))).toBe('error');
});
