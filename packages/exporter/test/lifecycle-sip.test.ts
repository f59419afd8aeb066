/** SIP trunks and dispatch rules of a real livekit-server with Redis, as metrics. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, render } from '@livekit-swarm/catalogue/registry';
import { startLiveKit } from '@livekit-swarm/lab';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { SipClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLifecycleSource } from '../src/sources/lifecycle/lifecycle-source.ts';

await skipWithout('redis');

const PREFIX = 'livekit_swarm_lifecycle_sip';
const context = { error: () => {}, log: () => {}, up: () => {} };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-lifecycle-sip-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it('counts trunks, rules and what is wrong with them', async () => {
  await using redis = await startRedis();
  const address = redis.url.replace('redis://', '');
  await using server = await startLiveKit({ dir, config: { redis: { address } } });
  const { apiKey, apiSecret, httpUrl } = server;
  const sip = new SipClient(httpUrl, apiKey, apiSecret);
  const { sipTrunkId } = await sip.createSipInboundTrunk('carrier', ['+12025550100'], {
    allowedAddresses: ['198.51.100.7/32'],
  });
  await sip.createSipInboundTrunk('trial', ['+12025550101']);
  const perCall = { type: 'individual', roomPrefix: 'call' } as const;
  await sip.createSipDispatchRule(perCall, { trunkIds: [sipTrunkId] });
  const deployment = { name: 'lab', apiKey, apiSecret };
  const source = createLifecycleSource(
    [{ deployment, httpUrl, redisUrl: null, intervalMs: 200, metering: null }],
    context,
  );
  await source.start();
  try {
    await vi.waitFor(async () => {
      const { body } = await render(await collect(source.registry), 'text');
      const lines = body.split('\n').filter((line) => line.startsWith(`${PREFIX}_`));
      expect(lines).toEqual([
        `${PREFIX}_trunks{target="lab",direction="inbound"} 2`,
        `${PREFIX}_trunks{target="lab",direction="outbound"} 0`,
        `${PREFIX}_dispatch_rules{target="lab"} 1`,
        // The trial has no rule, and takes calls from every address.
        `${PREFIX}_problems{target="lab",severity="error"} 1`,
        `${PREFIX}_problems{target="lab",severity="warning"} 1`,
      ]);
    }, 10_000);
  } finally {
    await source.stop();
  }
});
