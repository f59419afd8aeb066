import { SwarmError } from '@livekit-swarm/settings';
import { expect, test } from 'vitest';
import { type BalancerSettings, changeableBalancer } from './balancer-settings.ts';
import type { ServiceSpec } from './service-spec.ts';

/** Load balancer that fails its reloads while `isBroken`. */
const fakeBalancer = () => {
  const calls: string[] = [];
  const fake = {
    calls,
    isBroken: false,
    pid: 1,
    describe: ({ name }: ServiceSpec) => void calls.push(name),
    reload: async () => {
      if (fake.isBroken) throw new SwarmError('reload_failed', 'it rejects its configuration');
      calls.push('reload');
    },
  };
  return fake;
};

const describeAs = async ({ certificate, leftOut }: BalancerSettings): Promise<ServiceSpec> => ({
  ...{ command: '', args: [], env: {}, files: {}, logFile: '', url: '' },
  ...{ readyWithinMs: 0, stopSteps: [] },
  ready: { url: '' },
  name: [certificate, ...leftOut].join(' '),
});

const without =
  (node: string) =>
  (present: BalancerSettings): BalancerSettings => ({
    ...present,
    leftOut: new Set([...present.leftOut, node]),
  });

test('nodes that are left out at the same time are both left out, and the certificate stays', async () => {
  const fake = fakeBalancer();
  const balancer = changeableBalancer(describeAs, fake);
  await balancer.use((present) => ({ ...present, certificate: 'renewed' }));
  await Promise.all([balancer.use(without('node-1')), balancer.use(without('node-2'))]);
  expect(fake.calls).toEqual([
    'renewed',
    'reload',
    'renewed node-1',
    'reload',
    'renewed node-1 node-2',
    'reload',
  ]);
  expect([...balancer.present.leftOut]).toEqual(['node-1', 'node-2']);
});

test('a change that comes during another one is compared with its result', async () => {
  const fake = fakeBalancer();
  const balancer = changeableBalancer(describeAs, fake);
  const using =
    (node: string) =>
    (present: BalancerSettings): BalancerSettings =>
      present.leftOut.has(node) ? { ...present, leftOut: new Set() } : present;
  await Promise.all([balancer.use(without('node-1')), balancer.use(using('node-1'))]);
  expect([...balancer.present.leftOut]).toEqual([]);
  await balancer.use(using('node-1'));
  expect(fake.calls).toEqual(['first node-1', 'reload', 'first', 'reload']);
});

test('settings that it rejects do not become its own, and later ones do', async () => {
  const fake = fakeBalancer();
  const balancer = changeableBalancer(describeAs, fake);
  fake.isBroken = true;
  await expect(balancer.use(without('node-1'))).rejects.toThrow('rejects');
  expect(fake.calls).toEqual(['first node-1', 'first']);
  expect([...balancer.present.leftOut]).toEqual([]);
  fake.isBroken = false;
  await balancer.use(without('node-2'));
  expect([...balancer.present.leftOut]).toEqual(['node-2']);
});
