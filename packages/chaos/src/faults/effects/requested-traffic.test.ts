import { expect, it, vi } from 'vitest';
import type { Component, NetworkFaultController, Platform } from '../../targets/platform.ts';
import { type DescribedFault, noParams } from '../fault.ts';
import { FAULTS } from '../index.ts';
import { requestedTraffic } from './packet-rules.ts';

const MEMBER: Component = {
  name: 'livekit-0',
  kind: 'node',
  nodeId: null,
  instance: null,
  ports: null,
};
const done: string[] = [];
const own: DescribedFault<{ loss: number }> = {
  name: 'some-loss',
  description: '',
  rollbackDescription: '',
  requires: [],
  targets: ['node'],
  params: noParams as never,
  example: {},
  lasts: true,
  unavailable: async () => 'not by ourselves',
  inject: async () => void done.push('inject'),
  missingEffect: async () => 'table_missing',
  rollbackSteps: () => [],
  rollback: async () => void done.push('rollback'),
};
const fault = requestedTraffic(own, ({ loss }) => ({ protocol: 'both', direction: 'out', loss }));
const network = {
  missingCapability: vi.fn<NetworkFaultController['missingCapability']>(async () => null),
  request: vi.fn<NetworkFaultController['request']>(async () => {}),
  missing: vi.fn<NetworkFaultController['missing']>(async () => 'chaos_object_missing'),
  withdraw: vi.fn<NetworkFaultController['withdraw']>(async () => {}),
};
const contextOf = (platform: Partial<Platform>) => ({
  platform: platform as Platform,
  components: [MEMBER],
  params: { loss: 0.5 },
  id: 'abcd1234',
  expiresAfterMs: 64_000,
});

it('is requested from the controller of the platform', async () => {
  const context = contextOf({ network });
  expect(await fault.unavailable(context.platform, MEMBER, context.params)).toBeNull();
  await fault.inject(context);
  expect(await fault.missingEffect(context, MEMBER, true)).toBe('chaos_object_missing');
  await fault.rollback(context);
  const impairment = { protocol: 'both', direction: 'out', loss: 0.5 };
  expect(network.missingCapability).toHaveBeenCalledWith(MEMBER, impairment);
  expect(network.request).toHaveBeenCalledWith(MEMBER, 'abcd1234', impairment, 64_000);
  expect(network.withdraw).toHaveBeenCalledWith(MEMBER, 'abcd1234');
  expect(done).toEqual([]);
});

it('is injected directly where the platform has no controller', async () => {
  const context = contextOf({});
  expect(await fault.unavailable(context.platform, MEMBER, context.params)).toBe(
    'not by ourselves',
  );
  await fault.inject(context);
  expect(await fault.missingEffect(context, MEMBER, true)).toBe('table_missing');
  await fault.rollback(context);
  expect(done).toEqual(['inject', 'rollback']);
});

it('passes on whether a rate is shared', async () => {
  const asked = vi.fn<NetworkFaultController['missingCapability']>(async () => null);
  const rateLimit = FAULTS.get('rate-limit');
  const params = rateLimit?.params.parse({ rate: '1Mbit/s', shared: false });
  await rateLimit?.unavailable(
    contextOf({ network: { ...network, missingCapability: asked } }).platform,
    MEMBER,
    params,
  );
  expect(asked).toHaveBeenCalledWith(
    MEMBER,
    expect.objectContaining({ rateBps: 1_000_000, shared: false }),
  );
});
