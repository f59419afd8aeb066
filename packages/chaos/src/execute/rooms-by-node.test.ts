import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openRooms } from './preconditions.ts';

const KEYS = { apiKey: 'key', apiSecret: 'a-secret-that-is-long-enough-for-anybody' };

it('reports an address that does not answer, with the reason and without a secret', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens at a port');
  await new Promise((resolve) => server.close(resolve));
  const url = `ws://127.0.0.1:${address.port}`;
  await expect(openRooms({ url, ...KEYS }, ['a'])).rejects.toMatchObject({
    code: 'no_rooms',
    message: expect.stringMatching(new RegExp(`cannot be created at ${url}: .*ECONNREFUSED`)),
  });
  await expect(openRooms({ url, ...KEYS }, ['a'])).rejects.not.toThrow(KEYS.apiSecret);
});

it('sends no request without rooms', async () => {
  await expect(openRooms({ url: 'ws://127.0.0.1:1', ...KEYS }, [])).resolves.toBeUndefined();
});
