import { expect, test } from 'vitest';
import { failureOfError, failureOfStatus } from './rejection.ts';

const URL = 'wss://livekit.example.com';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e319.c2lnbmF0dXJl';

test.each([
  [400, 'join request too large', 'bad_request', false],
  [401, 'invalid API key: devkey', 'unauthorized', false],
  [401, 'permissions denied', 'forbidden', false],
  [403, '', 'forbidden', false],
  [404, 'requested room does not exist', 'room_not_found', false],
  [404, '404 page not found', 'not_livekit', false],
  [500, 'connection closed by media', 'room_full', true],
  [500, 'timed out while waiting for signal response', 'server_error', true],
  [502, '<html>Bad gateway</html>', 'bad_gateway', true],
  [503, 'node has exceeded its configured limit', 'server_full', true],
  [302, '', 'not_livekit', false],
])('%i %s is %s', (status, body, reason, retryable) => {
  const refusal = failureOfStatus(status, body, URL);
  expect(refusal).toMatchObject({ reason, retryable });
  expect(refusal.hint).toBeTruthy();
});

test('never repeats a token that the server repeated', () => {
  const body = `invalid token: ${TOKEN}, error: go-jose/go-jose: error in cryptographic primitive`;
  const { message } = failureOfStatus(401, body, URL);
  expect(message).not.toContain('eyJ');
  expect(message).toContain('error in cryptographic primitive');
});

test('leaves the HTML of a proxy out', () => {
  expect(failureOfStatus(502, '<html>Bad gateway</html>', URL).message).not.toContain('<');
});

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

test('distinguishes a CA that is not known, an expired certificate and a wrong name', () => {
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

test('never repeats a token of a URL', () => {
  const error = new Error(`bad request to ${URL}/rtc?access_token=${TOKEN}`);
  expect(failureOfError(error, URL).message).not.toContain('eyJ');
});
