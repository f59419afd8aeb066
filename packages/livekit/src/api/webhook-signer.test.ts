import { createHash } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { signerOfWebhook } from './webhook-signer.ts';

const FIRST = { apiKey: 'first', apiSecret: 'a'.repeat(32) };
const SECOND = { apiKey: 'second', apiSecret: 'b'.repeat(32) };
const BODY = '{"event":"room_started"}';

const signed = (body: string, { apiKey, apiSecret }: typeof FIRST): Promise<string> => {
  const token = new AccessToken(apiKey, apiSecret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
};

it('finds the pair that signed a webhook', async () => {
  const header = await signed(BODY, SECOND);
  expect(await signerOfWebhook(BODY, header, [FIRST, SECOND])).toBe(SECOND);
  expect(await signerOfWebhook(BODY, header, [FIRST])).toBeNull();
});

it('finds none for another body, another secret, or no signature', async () => {
  const header = await signed(BODY, FIRST);
  expect(await signerOfWebhook('{"event":"room_finished"}', header, [FIRST])).toBeNull();
  const forged = await signed(BODY, { ...FIRST, apiSecret: 'c'.repeat(32) });
  expect(await signerOfWebhook(BODY, forged, [FIRST])).toBeNull();
  expect(await signerOfWebhook(BODY, undefined, [FIRST])).toBeNull();
});
