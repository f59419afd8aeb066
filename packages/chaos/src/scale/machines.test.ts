import type { DrillEvent } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Platform } from '../targets/platform.ts';
import { createMachines } from './machines.ts';

/** One node that runs, and one that does not. */
const labOf = async () => {
  const stop = new AbortController();
  const events: DrillEvent[] = [];
  const failures: unknown[] = [];
  const instances = new Map<string, string | null>([
    ['node-1', '1:1'],
    ['node-2', null],
  ]);
  const reloaded = Promise.withResolvers<void>();
  const fake = fakePlatform();
  const platform: Platform = {
    ...fake,
    components: async () =>
      [...instances].map(([name, instance]) => ({ ...NODE, name, instance, nodeId: `ND_${name}` })),
    instance: async ({ name }) => instances.get(name) ?? null,
    start: async (component) => {
      await fake.start(component);
      instances.set(component.name, '2:2');
    },
    balancer: {
      whyNotReloadable: async () => null,
      reload: async () => {},
      certificates: { present: async () => null, use: async () => {} },
      useNode: () => reloaded.promise,
    },
  };
  const machines = await createMachines({
    deployment: { platform },
    ...{ bootMs: 0, drainMs: 5_000, stop: stop.signal },
    append: (event) => events.push(event),
    roomsOn: () => [],
    onFailed: (error) => failures.push(error),
  });
  return { machines, instances, events, failures, stop, reloaded, calls: fake.calls };
};

const stepsOf = (events: readonly DrillEvent[]): string[] =>
  events.flatMap((one) => (one.event === 'node_changed' ? [`${one.component} ${one.step}`] : []));

test('a node that ends on its own is found', async () => {
  const { machines, instances } = await labOf();
  expect(await machines.crashed()).toBeUndefined();
  instances.set('node-1', null);
  expect((await machines.crashed())?.name).toBe('node-1');
});

test('a node that drains may end', async () => {
  const { machines, instances, events, reloaded } = await labOf();
  const [first] = machines.serving();
  if (first === undefined) throw new Error('no node serves');
  reloaded.resolve();
  machines.remove(first);
  await expect.poll(() => stepsOf(events)).toEqual(['node-1 draining']);
  instances.set('node-1', null);
  expect(await machines.crashed()).toBeUndefined();
  await expect.poll(() => stepsOf(events)).toEqual(['node-1 draining', 'node-1 stopped']);
});

test('the end of the lab is not the end of a drain', async () => {
  const { machines, instances, events, stop, reloaded } = await labOf();
  const [first] = machines.serving();
  if (first === undefined) throw new Error('no node serves');
  reloaded.resolve();
  machines.remove(first);
  await expect.poll(() => stepsOf(events)).toEqual(['node-1 draining']);
  stop.abort();
  instances.set('node-1', null);
  await expect.poll(() => first.state).toBe('idle');
  expect(stepsOf(events)).toEqual(['node-1 draining']);
});

test('a node that boots is not started once the lab has stopped', async () => {
  const { machines, events, failures, calls, stop, reloaded } = await labOf();
  expect(machines.order('scale')).toBe(true);
  await expect.poll(() => stepsOf(events)).toEqual(['node-2 starting']);
  stop.abort();
  reloaded.resolve();
  await new Promise(setImmediate);
  expect(calls).toEqual([]);
  expect(failures).toEqual([]);
});
