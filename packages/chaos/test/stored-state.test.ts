/** Tests that state written through the API is found again, and its loss is noticed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@livekit-swarm/lab';
import {
  createStoredState,
  deploymentAt,
  isJoin,
  joinBySignal,
  makeToken,
  type ReadState,
  redisOptionsOf,
} from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';

await skipWithout('redis');

const KINDS = ['room', 'participant', 'dispatch', 'ingress', 'sip_trunk'] as const;

test('what is written is there, and is lost with Redis', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-state-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await using cluster = await startCluster({ dir, nodes: 1, with: ['redis'] });
  const { url, apiKey, apiSecret } = cluster;
  const member = { room: 'call', identity: 'p1' };
  const token = makeToken({
    ...{ apiKey, apiSecret, ...member, subscribe: false, ttlSeconds: 60 },
    publish: { audio: false, video: false, data: false },
  });
  const joined = await joinBySignal(deploymentAt(url, 'v0'), token, 5_000);
  if (!isJoin(joined)) throw new Error(joined.message);

  const target = { url, apiKey, apiSecret };
  const options = { rooms: 2, participants: [member], kinds: KINDS };
  const state = createStoredState(target, { prefix: 'mine', ...options });
  const counts = { room: 2, participant: 1, dispatch: 2, ingress: 1, sip_trunk: 1 };
  const written = await state.write();
  expect(Object.fromEntries(written.map((one) => [one.kind, one.written]))).toEqual(counts);
  expect(written.map(({ failure }) => failure)).toEqual([null, null, null, null, null]);
  const lostOf = (read: ReadState[]): object =>
    Object.fromEntries(read.map(({ kind, lost }) => [kind, lost]));
  await expect
    .poll(async () => lostOf(await state.read()))
    .toEqual({ room: 0, participant: 0, dispatch: 0, ingress: 0, sip_trunk: 0 });

  // A second one is removed completely, and does not touch the first.
  const kinds = ['room', 'dispatch', 'ingress'] as const;
  const other = createStoredState(target, { ...options, prefix: 'other', kinds });
  await other.write();
  expect(await other.remove()).toEqual([]);
  expect(lostOf(await other.read())).toEqual({ room: 2, dispatch: 2, ingress: 1 });
  expect(lostOf(await state.read())).toMatchObject({ room: 0, dispatch: 0, ingress: 0 });

  const redis = new Redis(redisOptionsOf(cluster.redisUrl ?? ''));
  await redis.flushdb();
  redis.disconnect();
  const read = lostOf(await state.read());
  expect(read).toMatchObject({ room: 2, dispatch: 2, ingress: 1, sip_trunk: 1 });
  joined.leave();
});
