import type { KeySet } from '@livekit-swarm/lab';
import { expect, test } from 'vitest';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import { changeKeys } from './key-faults.ts';

/** Platform whose node never exits after SIGTERM, and has the keys that it was started with. */
const withKeys = () => {
  const platform = fakePlatform();
  const { calls } = platform;
  let instance: string | null = NODE.instance;
  let keys: KeySet = 'first';
  return {
    calls,
    platform: {
      ...platform,
      keys: {
        present: async () => keys,
        use: async (_node: object, set: KeySet) => {
          calls.push(`use ${set}`);
          keys = set;
        },
      },
      instance: async () => instance,
      pid: async () => (instance === null ? null : 1),
      signal: async (_node: object, signal: string) => {
        calls.push(signal);
        if (signal === 'SIGKILL') instance = null;
      },
      start: async () => {
        if (instance !== null) return;
        instance = '2:2';
        calls.push(`start with ${keys}`);
      },
    },
  };
};

const CHANGE = {
  ...{ components: [NODE], params: changeKeys.params.parse({ keys: 'both', grace: '50ms' }) },
  ...{ id: 'abcd1234', expiresAfterMs: null },
};

test('the journal names the node before its SIGTERM', async () => {
  const { platform, calls } = withKeys();
  const beginDrain = async ({ name }: { name: string }): Promise<boolean> => {
    calls.push(`note ${name}`);
    return false;
  };
  await changeKeys.inject({ ...CHANGE, platform, beginDrain });
  expect(calls).toEqual([
    ...[`note ${NODE.name}`, 'SIGTERM', 'SIGKILL', 'use both', 'start with both'],
  ]);
  calls.length = 0;
  await changeKeys.rollback({ ...CHANGE, platform, draining: new Set([NODE.name]) });
  expect(calls).toEqual(['SIGKILL', 'use first', 'start with first']);
});

test('a node that was draining when its drill ended is ended, and one before its drain is not', async () => {
  const left = async (draining: readonly string[]): Promise<string[]> => {
    const { platform, calls } = withKeys();
    await changeKeys.rollback({ ...CHANGE, platform, draining: new Set(draining) });
    return calls;
  };
  expect(await left([])).toEqual([]);
  expect(await left([NODE.name])).toEqual(['SIGKILL', 'start with first']);
});
