import { expect, it, vi } from 'vitest';
import type { Member, NetworkRequests, Target } from '../../targets/target.ts';
import type { DescribedFault } from '../fault.ts';
import { FAULTS } from '../index.ts';
import { noParams } from '../no-params.ts';
import { askedFor } from './requested-traffic.ts';

const MEMBER: Member = { name: 'livekit-0', kind: 'node', nodeId: null, ports: null };
const done: string[] = [];
const own: DescribedFault<{ loss: number }> = {
  name: 'some-loss',
  description: '',
  healing: '',
  needs: [],
  on: ['node'],
  params: noParams as never,
  lasts: true,
  available: async () => 'not by ourselves',
  inject: async () => void done.push('inject'),
  heal: async () => void done.push('heal'),
};
const fault = askedFor(own, ({ loss }) => ({ protocol: 'both', direction: 'out', loss }));
const network = {
  lacks: vi.fn<NetworkRequests['lacks']>(async () => null),
  request: vi.fn<NetworkRequests['request']>(async () => {}),
  withdraw: vi.fn<NetworkRequests['withdraw']>(async () => {}),
};
const contextOf = (target: Partial<Target>) => ({
  target: target as Target,
  members: [MEMBER],
  params: { loss: 0.5 },
  id: 'abcd1234',
  durationMs: 4_000,
});

it('is asked of whoever makes such trouble for the target', async () => {
  const context = contextOf({ network });
  expect(await fault.available(context.target, MEMBER, context.params)).toBeNull();
  await fault.inject(context);
  await fault.heal(context);
  const trouble = { protocol: 'both', direction: 'out', loss: 0.5 };
  expect(network.lacks).toHaveBeenCalledWith(MEMBER, trouble);
  expect(network.request).toHaveBeenCalledWith(MEMBER, 'abcd1234', trouble, 4_000);
  expect(network.withdraw).toHaveBeenCalledWith(MEMBER, 'abcd1234');
  expect(done).toEqual([]);
});

it('is done by ourselves where there is nobody to ask', async () => {
  const context = contextOf({});
  expect(await fault.available(context.target, MEMBER, context.params)).toBe('not by ourselves');
  await fault.inject(context);
  await fault.heal(context);
  expect(done).toEqual(['inject', 'heal']);
});

it('hands on whether a rate is for all or for each', async () => {
  const asked = vi.fn<NetworkRequests['lacks']>(async () => null);
  const rateLimit = FAULTS.get('rate-limit');
  const params = rateLimit?.params.parse({ rate: '1Mbit/s', shared: false });
  await rateLimit?.available(
    contextOf({ network: { ...network, lacks: asked } }).target,
    MEMBER,
    params,
  );
  expect(asked).toHaveBeenCalledWith(
    MEMBER,
    expect.objectContaining({ rateBps: 1_000_000, shared: false }),
  );
});
