import { expect, test } from 'vitest';
import { causeOfFailure } from './path-hints.ts';

test('names the setting of the error code, else the most frequent cause', () => {
  expect(causeOfFailure('turn-tls', 'turn_tls')).toContain('--ca');
  expect(causeOfFailure('turn-udp', 'turn_quota')).toContain('user-quota');
  expect(causeOfFailure('turn-udp', 'ice_timeout')).toContain('allow_restricted_peer_cidrs');
});
