import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import { injectFault } from '../execute/inject-fault.ts';
import { openJournal } from '../journal/journal.ts';
import type { Component, Platform } from '../targets/platform.ts';
import { addNode, removeNode } from './membership-faults.ts';

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

const RUNNING: Component = { ...NODE, name: 'node-2', instance: '7:1' };

/** Platform of a node that runs, behind a load balancer that the drill controls. */
const withBalancer = async () => {
  const platform = withSpare();
  await platform.start(RUNNING);
  platform.calls.length = 0;
  const balancer = {
    whyNotReloadable: async () => null,
    reload: async () => {},
    useNode: async ({ name }: { name: string }, use: boolean) =>
      void platform.calls.push(`${use ? 'use' : 'leave out'} ${name}`),
  };
  return { ...platform, balancer };
};

const REMOVAL = {
  ...{ components: [RUNNING], params: { grace: 5_000, end: 'sigkill' } as const },
  ...{ id: 'abcd1234', expiresAfterMs: null },
};

test('the load balancer leaves a node out before its drain, and uses it after its start', async () => {
  const platform = await withBalancer();
  const steps: string[] = [];
  const injection = {
    ...{ ...REMOVAL, platform },
    onStep: ({ step }: { step: string }) => void steps.push(step),
  };
  expect(await removeNode.unavailable(platform, RUNNING, REMOVAL.params)).toBeNull();
  await removeNode.inject(injection);
  expect(await removeNode.missingEffect(injection, RUNNING, true)).toBeNull();
  expect(steps).toEqual(['draining', 'stopped']);
  await removeNode.rollback(injection);
  expect(platform.calls).toEqual([
    'leave out node-2',
    'SIGTERM node-2',
    'start node-2',
    'use node-2',
  ]);
  expect(await removeNode.missingEffect(injection, RUNNING, true)).toBe('runs');
});

test('a node that does not start again is given back to the load balancer all the same', async () => {
  const platform = await withBalancer();
  await removeNode.inject({ ...REMOVAL, platform });
  const broken = { ...platform, start: async () => Promise.reject(new Error('it does not start')) };
  await expect(removeNode.rollback({ ...REMOVAL, platform: broken })).rejects.toThrow(
    'it does not start',
  );
  expect(platform.calls.at(-1)).toBe('use node-2');
});

test('a node that could not be taken out of the load balancer keeps its calls', async () => {
  const platform = await withBalancer();
  const useNode = async (_node: object, use: boolean): Promise<void> => {
    if (!use) throw new Error('no answer of HAProxy');
  };
  const journal = openJournal(mkdtempSync(join(tmpdir(), 'swarm-remove-')));
  onTestFinished(() => rmSync(journal.dir, { recursive: true }));
  const { components, params } = REMOVAL;
  const removing = injectFault({
    ...{ fault: removeNode, components, params, journal, drill: 'test', expiry: null },
    platform: { ...platform, balancer: { ...platform.balancer, useNode } },
  });
  await expect(removing).rejects.toThrow('no answer of HAProxy');
  expect(platform.calls.filter((call) => call.startsWith('SIG'))).toEqual([]);
  expect(await journal.read()).toMatchObject({ pending: [] });
});

test('a node that was draining when its drill was killed is ended, and one before its drain is not', async () => {
  const params = { ...REMOVAL.params, grace: 0 };
  const left = async (draining: readonly string[]): Promise<string[]> => {
    const platform = await withBalancer();
    await removeNode.rollback({ ...REMOVAL, params, platform, draining: new Set(draining) });
    return platform.calls;
  };
  expect(await left([])).toEqual(['start node-2', 'use node-2']);
  expect(await left(['node-2'])).toEqual(['SIGKILL node-2', 'start node-2', 'use node-2']);
});

test('a node that its service manager would start again is not removed', async () => {
  const platform = {
    ...(await withBalancer()),
    missingCapability: async (capability: string) =>
      capability === 'stay_down' ? 'Restart=always' : null,
  };
  expect(await removeNode.unavailable(platform, RUNNING, REMOVAL.params)).toBe('Restart=always');
});
