import { expect, test } from 'vitest';
import { reachedLimits, unmeasuredResources } from './reached-limits.ts';
import type { HostOfNode } from './server-summary.ts';

const level = (value: number) => ({ avg: value, max: value });
const healthy: HostOfNode = {
  cpuCores: level(1),
  cores: 4,
  steal: level(0.01),
  memoryUsed: level(0.5),
  memoryLimitBytes: 8e9,
  conntrack: level(0.2),
  conntrackDrops: 0,
  allowanceExceeded: 0,
  allowancesExceeded: [],
};
const nodeOf = (host: Partial<HostOfNode>, node = 'a', cores = 0.5) => ({
  node,
  cpuCores: level(cores),
  host: { ...healthy, ...host },
});
const namesOf = (host: Partial<HostOfNode>) =>
  reachedLimits([nodeOf(host)], 60_000).map(({ resource }) => resource);

test.each<[string, Partial<HostOfNode>, Partial<HostOfNode>, string]>([
  ['a full table', { conntrack: level(0.95) }, { conntrack: level(0.94) }, 'conntrack'],
  [
    'drops of a table that is nearly full',
    { conntrack: level(0.8), conntrackDrops: 1 },
    { conntrack: level(0.79), conntrackDrops: 500 },
    'conntrack',
  ],
  [
    'drops of a table whose size is not known',
    { conntrack: null, conntrackDrops: 60 },
    { conntrack: null, conntrackDrops: 59 },
    'conntrack',
  ],
  ['memory', { memoryUsed: level(0.9) }, { memoryUsed: level(0.89) }, 'memory'],
  ['an allowance', { allowanceExceeded: 60 }, { allowanceExceeded: 59 }, 'allowance'],
  ['stolen CPU', { steal: level(0.1) }, { steal: level(0.09) }, 'steal'],
  ['a busy host', { cpuCores: level(3.6) }, { cpuCores: level(3.5) }, 'host_cpu'],
])('%s counts from its limit on', (_, beyond, within, resource) => {
  expect(namesOf(beyond)).toEqual([resource]);
  expect(namesOf(within)).toEqual([]);
});

test('a host that livekit-server itself keeps busy is not one of others', () => {
  expect(reachedLimits([nodeOf({ cpuCores: level(3.9) }, 'a', 2.5)], 60_000)).toEqual([]);
});

test('of several nodes the one that lacks most is named', () => {
  const nodes = [
    nodeOf({ memoryUsed: level(0.91) }, 'a'),
    nodeOf({ memoryUsed: level(0.98), memoryLimitBytes: 2e9 }, 'b'),
    { node: 'c', cpuCores: level(1) },
  ];
  expect(reachedLimits(nodes, 60_000)).toMatchObject([{ node: 'b', share: 0.98, limit: 2e9 }]);
});

test('what no node measures is named', () => {
  expect(unmeasuredResources([{ node: 'a', cpuCores: null }])).toHaveLength(5);
  expect(unmeasuredResources([nodeOf({ conntrack: null, allowanceExceeded: null })])).toEqual([
    'conntrack',
    'allowance',
  ]);
});
