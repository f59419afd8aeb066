import { rejectionOf } from '@livekit-swarm/livekit';
import { expect, it } from 'vitest';
import { failing, outcomeOf, SERVER } from '../../test/support/check-facts.ts';
import { tokenEndpointRule } from './token-endpoint.ts';

it('token-endpoint: no answer, a token that is not accepted, and a slow answer', () => {
  const ticket = { url: 'wss://livekit.example.com', token: 'abc' };
  const ok = { ok: true, signalling: 'v1' } as const;
  const rejection = { reason: 'unauthorized' as const, message: 'no', retryable: false };
  expect(outcomeOf(tokenEndpointRule(ticket, 50, ok))).toBe('passed');
  expect(outcomeOf(tokenEndpointRule(ticket, 3_000, ok))).toBe('warning');
  expect(outcomeOf(tokenEndpointRule(ticket, 50, { ok: false, rejection }))).toBe('error');
  const tooLarge = rejectionOf(
    { status: 431, headers: { server: 'nginx' }, body: '' },
    { url: `${SERVER}/rtc/v1/validate` },
    SERVER,
  );
  expect(tokenEndpointRule(ticket, 50, { ok: false, rejection: tooLarge })).toMatchObject({
    evidence: [expect.stringContaining('(header_too_large)')],
    ...{ fix: tooLarge.hint, cause: expect.stringContaining('A proxy in front') },
  });
  expect(outcomeOf(tokenEndpointRule(failing('token_rejected'), 50, null))).toBe('error');
  expect(outcomeOf(tokenEndpointRule(failing('dns_failed'), 50, null))).toBe('unknown');
});
