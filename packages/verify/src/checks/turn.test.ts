import { expect, it } from 'vitest';
import { outcomeOf, pathAt } from '../../test/support/check-facts.ts';
import { turnRule } from './turn.ts';

it('TURN: of the application, or useless if nodes have no UDP', () => {
  const none = [pathAt('turn-udp', 'not_offered'), pathAt('turn-tls', 'not_offered')];
  const relay = (granted: boolean, failure: string | null = null) => ({
    ...{ url: 'turn:192.0.2.9', failure },
    permissions:
      failure === null ? [{ peer: '192.0.2.1', granted, code: granted ? null : 403 }] : [],
  });
  expect(outcomeOf(turnRule(none, []))).toBe('warning');
  expect(JSON.stringify(turnRule(none, []))).toContain('--turn-url');
  expect(outcomeOf(turnRule(none, [relay(true)]))).toBe('passed');
  expect(outcomeOf(turnRule(none, [relay(true), relay(false)]))).toBe('error');
  expect(outcomeOf(turnRule(none, [relay(true, 'it refuses an allocation (401)')]))).toBe('error');
  const useless = pathAt('turn-udp', 'failed', null, 'udp_not_offered');
  expect(outcomeOf(turnRule([useless, pathAt('turn-tls', 'not_offered')], []))).toBe('warning');
  expect(outcomeOf(turnRule([useless, pathAt('turn-tls', 'failed', null, 'turn_tls')], []))).toBe(
    'error',
  );
});
