import { expect, test } from 'vitest';
import { generateCredentials } from './credentials.ts';
import { serverEnvironment } from './environment.ts';

test('the server gets its keys, and no variable that could reconfigure it', () => {
  const env = serverEnvironment(
    [
      { apiKey: 'k', apiSecret: 's' },
      { apiKey: 'next', apiSecret: 't' },
    ],
    {
      PATH: '/bin',
      LIVEKIT_CONFIG: '/etc/other.yaml',
      REDIS_HOST: 'prod:6379',
      LIVEKIT_API_SECRET: 'x',
      UDP_PORT: '1',
    },
  );
  expect(env).toEqual({ PATH: '/bin', LIVEKIT_KEYS: 'k: s\nnext: t' });
});

test('every key pair is new, and long enough for livekit-server', () => {
  const [one, two] = [generateCredentials(), generateCredentials()];
  expect(one.apiSecret.length).toBeGreaterThanOrEqual(32);
  expect(one.apiSecret).not.toBe(two.apiSecret);
  expect(one.apiKey).not.toBe(two.apiKey);
});
