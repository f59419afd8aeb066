import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { turnRelayRule } from './turn-relay.ts';

it('turn-relay: permitted private peers; a server that was not asked is unknown', () => {
  const answer = (granted: boolean, failure: string | null = null) => ({
    ...{ url: 'turn:192.0.2.1', failure },
    permissions: [{ peer: '10.0.0.1', granted, code: granted ? null : 403 }],
  });
  expect(outcomeOf(turnRelayRule([answer(false)]))).toBe('passed');
  expect(outcomeOf(turnRelayRule([answer(false), answer(true)]))).toBe('error');
  expect(outcomeOf(turnRelayRule([answer(false), answer(false, 'it does not answer')]))).toBe(
    'unknown',
  );
});
