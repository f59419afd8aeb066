import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { type SpokenVersions, tlsVersionsRule } from './tls-versions.ts';

const of = (given: Partial<SpokenVersions>): string =>
  outcomeOf(
    tlsVersionsRule([
      {
        ...{ where: 'wss://livekit.example.com', current: 'TLSv1.3', old: null, error: null },
        ...given,
      },
    ]),
  );

test('an old version is an error; without a connection nothing is known', () => {
  expect(of({})).toBe('passed');
  expect(of({ old: 'TLSv1.1' })).toBe('error');
  expect(of({ old: 'TLSv1', current: null })).toBe('error');
  expect(of({ current: null, error: 'ECONNREFUSED' })).toBe('unknown');
  expect(of({ error: 'ERR_SSL_NO_PROTOCOLS_AVAILABLE' })).toBe('unknown');
});
