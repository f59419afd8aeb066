import { describe, expect, it } from 'vitest';
import { agentKey, claimKey, commandsKey, coordinatorKey, keysOfRun, runOfKey } from './keys.ts';

const matches = (pattern: string, key: string): boolean =>
  pattern.endsWith('*') && key.startsWith(pattern.slice(0, -1));

describe('keys of a run', () => {
  const own = [
    coordinatorKey('k3f9a'),
    commandsKey('k3f9a', 'host-1'),
    'swarm:jobs:k3f9a:waiting-children',
    'swarm:jobs:k3f9a-shards:active',
  ];

  it.each(own)('%s names its run', (key) => {
    expect(runOfKey(key)).toBe('k3f9a');
    expect(keysOfRun('k3f9a').some((pattern) => matches(pattern, key))).toBe(true);
  });

  it('differ from those of a run whose id begins alike', () => {
    for (const key of own)
      expect(keysOfRun('k3f9').some((pattern) => matches(pattern, key))).toBe(false);
  });

  it.each([agentKey('host-1'), claimKey('host-1'), 'nodes'])('%s belongs to no run', (key) => {
    expect(runOfKey(key)).toBeNull();
  });
});
