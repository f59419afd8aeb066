import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { makeToken, type TokenRequest } from './token.ts';

const API_SECRET = 'a-secret-only-this-test-knows-of-32-bytes';

const grantsOf = async (request: Partial<TokenRequest>) => {
  const token = makeToken({
    apiKey: 'key',
    apiSecret: API_SECRET,
    room: 'room-1',
    identity: 'p-1',
    publish: { audio: false, video: false, data: false },
    subscribe: true,
    ttlSeconds: 60,
    ...request,
  });
  return new TokenVerifier('key', API_SECRET).verify(token);
};

test('a listener may only listen', async () => {
  const claims = await grantsOf({});
  expect(claims.sub).toBe('p-1');
  expect(claims.video).toEqual({
    roomJoin: true,
    room: 'room-1',
    canPublish: false,
    canPublishSources: [],
    canPublishData: false,
    canSubscribe: true,
    canUpdateOwnMetadata: false,
  });
});

test('a publisher may publish what it publishes', async () => {
  const claims = await grantsOf({
    publish: { audio: true, video: true, data: true },
    subscribe: false,
  });
  expect(claims.video).toMatchObject({
    canPublish: true,
    canPublishSources: ['microphone', 'camera'],
    canPublishData: true,
    canSubscribe: false,
  });
});

test('a screen is a source of its own', async () => {
  const claims = await grantsOf({
    publish: { audio: false, video: false, screen: true, data: false },
  });
  expect(claims.video).toMatchObject({ canPublish: true, canPublishSources: ['screen_share'] });
});

test('grants go before what is needed, in both directions', async () => {
  const denied = await grantsOf({
    publish: { audio: true, video: true, data: true },
    grants: { canPublishSources: ['camera'], canPublishData: false, canSubscribe: false },
  });
  expect(denied.video).toMatchObject({
    canPublish: true,
    canPublishSources: ['camera'],
    canPublishData: false,
    canSubscribe: false,
  });
  const silenced = await grantsOf({
    publish: { audio: true, video: false, data: false },
    grants: { canPublish: false },
  });
  expect(silenced.video).toMatchObject({ canPublish: false });
  const more = await grantsOf({
    grants: { hidden: true, roomAdmin: true, recorder: true, canUpdateOwnMetadata: true },
  });
  expect(more.video).toMatchObject({
    hidden: true,
    roomAdmin: true,
    recorder: true,
    canUpdateOwnMetadata: true,
  });
});

test('lives as long as asked', async () => {
  const claims = await grantsOf({ ttlSeconds: 90 });
  const left = Number(claims.exp) - Date.now() / 1000;
  expect(left).toBeGreaterThan(60);
  expect(left).toBeLessThan(95);
});
