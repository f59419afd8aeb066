import { createHash } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { listenForWebhooks } from './listen.ts';

const KEYS = { apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' };
const LOOPBACK = { host: '127.0.0.1', port: 0 };

const sign = (body: string, { apiKey, apiSecret } = KEYS): Promise<string> => {
  const token = new AccessToken(apiKey, apiSecret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
};

it('takes events with a valid signature, and refuses all others', async () => {
  await using listener = await listenForWebhooks(LOOPBACK, KEYS);
  const events: string[] = [];
  listener.onEvent = ({ id }) => void events.push(id);
  const send = async (body: string, authorization?: string): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization };
    const address = `http://127.0.0.1:${listener.port}/`;
    return (await fetch(address, { method: 'POST', body, headers })).status;
  };
  const body = JSON.stringify({ id: 'EV_1', event: 'room_started', createdAt: '1' });
  expect(await send(body, await sign(body))).toBe(200);
  expect(await send(body)).toBe(401);
  expect(await send(`${body} `, await sign(body))).toBe(401);
  expect(await send(body, await sign(body, { ...KEYS, apiSecret: 'x'.repeat(40) }))).toBe(401);
  const large = 'x'.repeat(300 * 1_024);
  expect(await send(large, await sign(large))).toBe(413);
  expect(events).toEqual(['EV_1']);
  expect(listener.refused).toBe(4);
});

it('names an address that cannot be used', async () => {
  await using taken = await listenForWebhooks(LOOPBACK, KEYS);
  await expect(listenForWebhooks({ ...LOOPBACK, port: taken.port }, KEYS)).rejects.toMatchObject({
    ...{ code: 'usage', message: expect.stringContaining(`127.0.0.1:${taken.port} (EADDRINUSE)`) },
  });
});
