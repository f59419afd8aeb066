import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, expect, test, vi } from 'vitest';
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

test('a token names an agent, with the metadata of its dispatch', async () => {
  const agent = { agentName: 'desk', agentMetadata: '{"transfer":{}}' };
  const { roomConfig } = await grantsOf(agent);
  expect(roomConfig?.agents).toMatchObject([{ agentName: 'desk', metadata: '{"transfer":{}}' }]);
});

test('a subscriber may only subscribe', async () => {
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

test('a publisher may publish its own sources', async () => {
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

test('a screen is a separate source', async () => {
  const claims = await grantsOf({
    publish: { audio: false, video: false, screen: true, data: false },
  });
  expect(claims.video).toMatchObject({ canPublish: true, canPublishSources: ['screen_share'] });
});

test('explicit grants take precedence, in both directions', async () => {
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

test('expires after the given time', async () => {
  const claims = await grantsOf({ ttlSeconds: 90 });
  const left = Number(claims.exp) - Date.now() / 1000;
  expect(left).toBeGreaterThan(60);
  expect(left).toBeLessThan(95);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('is valid at once, whatever the clock', async () => {
  const claims = await grantsOf({});
  expect(claims.nbf ?? 0).toBe(0);
});

test.each([
  ['set back', -900_000],
  ['set forward', 900_000],
])('does not expire early when the clock was %s during the run', async (_, stepMs) => {
  const real = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => real + stepMs);
  const claims = await grantsOf({ ttlSeconds: 90 }).finally(() => vi.restoreAllMocks());
  expect(Number(claims.exp)).toBeGreaterThanOrEqual(Math.floor(real / 1_000) + 89);
});
