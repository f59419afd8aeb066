import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { NodeRollout, Platform } from '../targets/platform.ts';
import type { RolloutStep } from '../targets/rollout.ts';
import { FAULTS } from './index.ts';

/**
 * Platform whose node exits `rooms` milliseconds after SIGTERM, and starts with the release that it
 * was given.
 * @param emptyAfterMs time until its rooms are empty; null: never
 */
const changeable = (emptyAfterMs: number | null) => {
  const platform = fakePlatform();
  const { calls } = platform;
  let instance: string | null = '1:1';
  let release = 'old';
  let starts = 1;
  const rollout: NodeRollout = {
    by: 'node',
    present: async () => release,
    missingCapability: async () => null,
    change: async (_node, { program }) => {
      expect(instance).toBeNull();
      calls.push(`change ${program}`);
      release = program ?? release;
    },
    isChanged: async () => release !== 'old',
    restore: async () => {
      expect(instance).toBeNull();
      calls.push('restore');
      release = 'old';
    },
    keep: async () => {},
  };
  const changed: Platform = {
    ...platform,
    rollout,
    instance: async () => instance,
    pid: async () => (instance === null ? null : 1),
    signal: async (_node, signal) => {
      calls.push(signal);
      if (signal === 'SIGKILL') instance = null;
      else if (emptyAfterMs !== null)
        setTimeout(() => {
          instance = null;
        }, emptyAfterMs);
    },
    start: async () => {
      if (instance !== null) return;
      starts += 1;
      instance = `${starts}:${starts}`;
      calls.push(`start ${release}`);
    },
  };
  return { platform: changed, calls };
};

const contextOf = (platform: Platform, grace: string) => {
  const steps: RolloutStep['step'][] = [];
  const params = FAULTS.get('upgrade')?.params.parse({ to: 'new', grace });
  return {
    steps,
    context: {
      ...{ platform, components: [NODE], params, id: 'abcd1234', expiresAfterMs: null },
      onStep: ({ step }: RolloutStep) => void steps.push(step),
    },
  };
};

const upgrade = FAULTS.get('upgrade');

test('an upgrade drains the node, changes it while it is down, and starts it', async () => {
  const { platform, calls } = changeable(20);
  const { context, steps } = contextOf(platform, '5s');
  await upgrade?.inject(context);
  expect(calls).toEqual(['SIGTERM', 'change new', 'start new']);
  expect(steps).toEqual(['draining', 'stopped', 'starting', 'ready']);
});

test('a node with rooms is ended when its drain is over', async () => {
  const { platform, calls } = changeable(null);
  const { context, steps } = contextOf(platform, '100ms');
  await upgrade?.inject(context);
  expect(calls).toEqual(['SIGTERM', 'SIGKILL', 'change new', 'start new']);
  expect(steps).toEqual(['draining', 'cutting', 'stopped', 'starting', 'ready']);
});

test('the rollback gives back what the node had, once', async () => {
  const { platform, calls } = changeable(20);
  const { context } = contextOf(platform, '5s');
  await upgrade?.inject(context);
  calls.length = 0;
  await upgrade?.rollback(context);
  expect(calls).toEqual(['SIGTERM', 'restore', 'start old']);
  await upgrade?.rollback(context);
  expect(calls).toHaveLength(3);
});

test('a node that was draining when its drill ended is not signalled again, but waited for', async () => {
  const { platform, calls } = changeable(null);
  const { context } = contextOf(platform, '100ms');
  await upgrade?.rollback(context);
  expect(calls).toEqual(['SIGKILL', 'start old']);
});

test('a node whose drain had not begun when its drill ended keeps its calls', async () => {
  const { platform, calls } = changeable(null);
  const { context } = contextOf(platform, '100ms');
  await upgrade?.rollback({ ...context, draining: new Set() });
  expect(calls).toEqual([]);
});

test('an upgrade is not available where nodes cannot be changed, and a drain stays down', async () => {
  expect(await upgrade?.unavailable(fakePlatform(), NODE, { to: 'new' })).toMatch(/cannot change/);
  const { platform, calls } = changeable(20);
  const drain = FAULTS.get('drain');
  const params = drain?.params.parse({ grace: '5s' });
  const context = { ...contextOf(platform, '5s').context, params };
  await drain?.inject(context);
  expect(await drain?.missingEffect(context, NODE, true)).toBeNull();
  await drain?.rollback(context);
  expect(calls).toEqual(['SIGTERM', 'start old']);
});

test('a running node whose change failed is neither drained nor ended', async () => {
  const { platform, calls } = changeable(null);
  const { rollout } = platform;
  if (rollout?.by !== 'node') throw new Error('no rollout of nodes');
  const failing: NodeRollout = {
    ...rollout,
    whileRunning: true,
    change: () => Promise.reject(new Error('read-only file system')),
  };
  const { context } = contextOf({ ...platform, rollout: failing }, '100ms');
  await expect(upgrade?.inject(context)).rejects.toThrow('read-only');
  await upgrade?.rollback(context);
  expect(calls).toEqual([]);
});

test('a running node with replaced files keeps its calls when its drain had not begun', async () => {
  const { platform, calls } = changeable(null);
  const { rollout } = platform;
  if (rollout?.by !== 'node') throw new Error('no rollout of nodes');
  const replaced: NodeRollout = {
    ...rollout,
    whileRunning: true,
    isChanged: async () => true,
    restore: async () => void calls.push('restore'),
    keep: async () => void calls.push('keep'),
  };
  const { context } = contextOf({ ...platform, rollout: replaced }, '100ms');
  await upgrade?.rollback({ ...context, draining: new Set() });
  expect(calls).toEqual(['restore', 'keep']);
  calls.length = 0;
  await upgrade?.rollback({ ...context, draining: new Set([NODE.name]) });
  expect(calls).toEqual(['restore', 'SIGKILL', 'start old', 'keep']);
});

test('a node that had its SIGTERM with the note on its host gets no other', async () => {
  const { platform, calls } = changeable(20);
  const { context } = contextOf(platform, '5s');
  const beginDrain = async (_node: object, signal: string | null): Promise<boolean> => {
    calls.push(`note ${signal}`);
    await platform.signal(NODE, 'SIGTERM');
    return true;
  };
  await upgrade?.inject({ ...context, beginDrain });
  expect(calls).toEqual(['note SIGTERM', 'SIGTERM', 'change new', 'start new']);
});

test('a change that is stopped during its drain starts the old release, not the new one', async () => {
  const { platform, calls } = changeable(50);
  const { context } = contextOf(platform, '5s');
  const stopping = new AbortController();
  const changing = upgrade?.inject({ ...context, stop: stopping.signal });
  stopping.abort();
  await expect(changing).rejects.toMatchObject({ code: 'rollout_failed' });
  await upgrade?.rollback(context);
  expect(calls).toEqual(['SIGTERM', 'start old']);
});
