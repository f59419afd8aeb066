import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { Component, Platform } from '../targets/platform.ts';
import { addNode } from './membership-faults.ts';

const SPARE: Component = { ...NODE, name: 'node-2', nodeId: null, instance: null };

/** Platform of a node that does not run. */
const withSpare = () => {
  const platform = fakePlatform();
  let pid: number | null = null;
  return {
    ...platform,
    pid: async () => pid,
    instance: async () => (pid === null ? null : `${pid}:1`),
    start: async (component: Component) => {
      pid = 7;
      await platform.start(component);
    },
    signal: async (component: Component, signal: Parameters<Platform['signal']>[1]) => {
      pid = null;
      await platform.signal(component, signal);
    },
  };
};

test('a node is added and drained again, by the target itself if need be', async () => {
  const platform = withSpare();
  const context = { platform, components: [SPARE], params: { grace: 5_000 }, id: 'abcd1234' };
  const injection = { ...context, expiresAfterMs: null };
  expect(await addNode.unavailable(platform, SPARE, context.params)).toBeNull();
  await addNode.inject(injection);
  expect(await addNode.missingEffect(injection, SPARE, true)).toBeNull();
  expect(addNode.rollbackSteps(injection, SPARE)).toEqual([{ step: 'rollback' }]);
  await addNode.rollback(injection);
  await addNode.rollback(injection);
  expect(platform.calls).toEqual(['start node-2', 'SIGTERM node-2']);
});

test('a node that runs, or would be started again, is not added', async () => {
  const platform = withSpare();
  const restarted = {
    ...platform,
    missingCapability: async (capability: string) =>
      capability === 'stay_down' ? 'Restart=always' : null,
  };
  expect(await addNode.unavailable(restarted, SPARE, { grace: 0 })).toBe('Restart=always');
  await platform.start(SPARE);
  expect(await addNode.unavailable(platform, SPARE, { grace: 0 })).toMatch(/^node-2 runs already/);
});
