import { expect, test } from 'vitest';
import { cniConfig, planPodNetwork } from './pod-network.ts';

const taken = Array.from({ length: 256 }, (_, number) => `10.213.${number}.7`);

test('a network is chosen that this host does not use', () => {
  const free = taken.filter((address) => address !== '10.213.41.7' && address !== '10.213.4.7');
  // The prefix 10.213.4. does not match 10.213.41.
  const { prefix, address } = planPodNetwork('swk1', [...free, '10.213.4.9']);
  expect({ prefix, address }).toEqual({ prefix: '10.213.41', address: '10.213.41.1' });
});

test('an error is thrown if all are in use', () => {
  expect(() => planPodNetwork('swk1', taken)).toThrow(/10\.213\.0\.0\/24/);
});

test('plugins are configured to leave the host unchanged', () => {
  const config = JSON.parse(
    cniConfig({ name: 'swk1', prefix: '10.213.4', address: '10.213.4.1' }, '/tmp/lab/cni'),
  ) as {
    plugins: {
      bridge: string;
      isGateway: boolean;
      ipMasq: boolean;
      ipam: { dataDir: string; ranges: { gateway: string }[][] };
    }[];
  };
  const [plugin] = config.plugins;
  expect(plugin).toMatchObject({ bridge: 'swk1', isGateway: false, ipMasq: false });
  expect(plugin?.ipam.dataDir).toBe('/tmp/lab/cni');
  expect(plugin?.ipam.ranges[0]?.[0]?.gateway).toBe('10.213.4.1');
});
