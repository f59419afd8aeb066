import { describe, expect, it } from 'vitest';
import { NOW, outcomeOf } from '../../test/support/check-facts.ts';
import { certificateRule, type PresentedCertificate } from './certificate.ts';

const DAY = 86_400_000;

describe('certificates', () => {
  const presented = (given: Partial<PresentedCertificate>): PresentedCertificate => ({
    ...{ where: 'wss://livekit.example.com', error: null, names: 'DNS:livekit.example.com' },
    expiresAt: NOW + 60 * DAY,
    ...given,
  });
  it.each([
    [{}, 'passed'],
    [{ expiresAt: NOW + 13 * DAY }, 'warning'],
    [{ error: 'CERT_HAS_EXPIRED' }, 'error'],
    [{ error: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'error'],
    [{ error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'error'],
    [{ error: 'ECONNREFUSED', expiresAt: null }, 'error'],
  ] as const)('%j: %s', (given, outcome) => {
    expect(outcomeOf(certificateRule([presented({}), presented(given)], NOW, null))).toBe(outcome);
  });

  it('must be valid until the end of an event', () => {
    const until = (expiresAt: number) =>
      outcomeOf(certificateRule([presented({ expiresAt })], NOW, NOW + 30 * DAY));
    expect(until(NOW + 29 * DAY)).toBe('error');
    expect(until(NOW + 31 * DAY)).toBe('passed');
  });
});
