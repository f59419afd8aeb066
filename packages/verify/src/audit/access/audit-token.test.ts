import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { auditToken, badTokens, participantOf } from './audit-token.ts';

const key = { apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' };
const verifier = new TokenVerifier(key.apiKey, key.apiSecret);

test('LiveKit’s verifier accepts the tokens of the audit', async () => {
  const claims = await verifier.verify(auditToken(key, 'anna', participantOf('a')));
  expect(claims).toMatchObject({ sub: 'anna', video: { roomJoin: true, room: 'a' } });
});

test.each(badTokens(key, 'anna', participantOf('a')))('it refuses $what', async ({ token }) => {
  await expect(verifier.verify(token)).rejects.toThrow();
});
