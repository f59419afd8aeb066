import { expect, test } from 'vitest';
import { failureOfError } from './rejection.ts';

const URL = 'wss://livekit.example.com';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e319.c2lnbmF0dXJl';

const socketError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  [socketError('ECONNREFUSED'), 'unreachable', true],
  [socketError('ENOTFOUND'), 'unreachable', true],
  [socketError('EAI_AGAIN'), 'dns_failed', true],
  [socketError('ENETUNREACH'), 'no_route', true],
  [socketError('EMFILE'), 'no_socket', true],
  [socketError('EPERM'), 'no_socket', true],
  [
    new AggregateError([socketError('ENETUNREACH'), socketError('ECONNREFUSED')]),
    'unreachable',
    true,
  ],
  [new AggregateError([socketError('ENETUNREACH'), socketError('ENETUNREACH')]), 'no_route', true],
  [socketError('ETIMEDOUT'), 'signal_timeout', true],
  [new DOMException('timed out', 'TimeoutError'), 'signal_timeout', true],
  [socketError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', false],
  [socketError('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', false],
  [socketError('EPROTO'), 'tls', false],
  [socketError('HPE_INVALID_CONSTANT'), 'not_livekit', false],
  [new TypeError('fetch failed', { cause: socketError('CERT_HAS_EXPIRED') }), 'tls', false],
  [
    new TypeError('fetch failed', { cause: new AggregateError([socketError('ECONNREFUSED')]) }),
    'unreachable',
    true,
  ],
])('%s is %s', (error, reason, retryable) => {
  expect(failureOfError(error, URL)).toMatchObject({ reason, retryable });
});

test('a port that fetch refuses is not asked twice', async () => {
  const refused: unknown = await fetch('http://127.0.0.1:10080/').catch((error: unknown) => error);
  expect(failureOfError(refused, URL)).toMatchObject({
    reason: 'unreachable',
    hint: expect.stringContaining('another'),
    retryable: false,
  });
});

test('distinguishes an unknown CA, an expired certificate and a wrong name', () => {
  const hints = ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED', 'EPROTO'].map(
    (code) => failureOfError(socketError(code), URL).hint,
  );
  expect(hints[0]).toContain('--ca FILE');
  expect(hints[1]).toContain('renew');
  expect(hints[2]).toContain('speaks TLS');
  const otherName = Object.assign(socketError('ERR_TLS_CERT_ALTNAME_INVALID'), {
    cert: { subjectaltname: 'DNS:livekit.internal' },
  });
  expect(failureOfError(otherName, URL).message).toContain('it has DNS:livekit.internal');
});

test('redacts a token in a URL', () => {
  const error = new Error(`bad request to ${URL}/rtc?access_token=${TOKEN}`);
  expect(failureOfError(error, URL).message).not.toContain('eyJ');
});
