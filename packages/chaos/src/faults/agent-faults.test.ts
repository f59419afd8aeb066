import { expect, test } from 'vitest';
import { drillOf } from '../../test/support/drill-of.ts';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import { findConflicts } from '../drill/fault-conflicts.ts';
import type { CommandResult, Component } from '../targets/platform.ts';
import { killAgentJob } from './agent-faults.ts';
import { FAULTS } from './index.ts';

const WORKER: Component = { ...NODE, name: 'agent-worker-1', kind: 'agent-worker', nodeId: null };

/** Platform of a worker, whose pgrep gives an answer. */
const withAnswer = (answer: Partial<CommandResult>) => ({
  ...fakePlatform(([program]) => (program === 'pgrep' ? answer : {})),
  pid: async () => 7,
});

const injectInto = (platform: ReturnType<typeof withAnswer>): Promise<void> =>
  killAgentJob.inject({
    ...{ platform, components: [WORKER], params: { process: '^swarm agent job' } },
    ...{ id: 'abcd1234', expiresAfterMs: null },
  });

test('the oldest process with a job is killed, and not the worker', async () => {
  const platform = withAnswer({ stdout: '42\n' });
  await injectInto(platform);
  expect(platform.ran.map(({ argv }) => argv)).toEqual([
    ['pgrep', '-o', '-P', '7', '-f', '--', '^swarm agent job'],
    ['kill', '-KILL', '42'],
  ]);
  expect(platform.calls).toEqual([]);
});

test.each([
  [{ code: 1, stderr: '' }, 'has no process with a job'],
  [{ code: 2, stderr: 'pgrep: Unmatched [' }, 'cannot be listed: pgrep: Unmatched ['],
  [{ code: 127, stderr: 'spawn pgrep ENOENT' }, 'cannot be listed: spawn pgrep ENOENT'],
])('an answer %j of pgrep kills nothing', async (answer, message) => {
  const platform = withAnswer(answer);
  await expect(injectInto(platform)).rejects.toThrow(message);
  expect(platform.ran).toHaveLength(1);
});

test('it is not available where no program can run next to the worker', async () => {
  const platform = {
    ...fakePlatform(),
    kind: 'kubernetes' as const,
    missingCapability: async (capability: string) => (capability === 'exec' ? 'no pod' : null),
  };
  const here = { ...platform, kind: 'process' as const };
  const params = { process: '^swarm agent job' };
  expect(await killAgentJob.unavailable(platform, WORKER, params)).toBe('no pod');
  expect(await killAgentJob.unavailable(here, WORKER, params)).toBeNull();
});

test('several jobs of one worker can be killed in one drill', () => {
  const target = { role: 'component', name: WORKER.name } as const;
  const items = [0, 10_000].map((at) => ({ fault: killAgentJob.name, target, at, with: {} }));
  expect(findConflicts(drillOf(), items, FAULTS)).toEqual([]);
});
