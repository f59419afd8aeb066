import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { removeStaleKubernetes } from '../src/kubernetes/clean-up.ts';
import { childrenNamed, eventually, hostSettings, tracesOf } from './support.ts';

const program = fileURLToPath(new URL('./fixtures/owner.ts', import.meta.url));
const settings = hostSettings();

/** Starts a process that runs a cluster with a pod. */
const startOwner = async (folder: string) => {
  const owner = spawn(process.execPath, [program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await Promise.race([once(owner.stdout, 'data'), once(owner, 'exit')])) as [
    unknown,
  ];
  if (!Buffer.isBuffer(said))
    throw new Error(`the owner ended before the cluster was up: ${String(said)}`);
  return owner;
};

test('after the process that runs a cluster is killed, all its parts are removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  const owner = await startOwner(folder);
  expect(await tracesOf(folder)).toContainEqual(expect.stringContaining('/pause'));
  owner.kill('SIGKILL');
  expect(
    await eventually(async () => (await tracesOf(folder)).length === 0, 30_000),
    (await tracesOf(folder)).join('\n'),
  ).toBe(true);
  expect(hostSettings()).toEqual(settings);
});

test('after the cleanup process is killed as well, the next start cleans up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-k8s-'));
  const owner = await startOwner(folder);
  const cleanupProcesses = childrenNamed(owner.pid ?? 0, 'cleanup-process');
  expect(cleanupProcesses).toHaveLength(1);
  for (const pid of cleanupProcesses) process.kill(pid, 'SIGKILL');
  const gone = once(owner, 'exit');
  owner.kill('SIGKILL');
  await gone;
  // Containers do not end with the process that requested them.
  expect(await tracesOf(folder)).toContainEqual(expect.stringContaining('/pause'));
  expect(await removeStaleKubernetes()).toBe(true);
  expect(await tracesOf(folder)).toEqual([]);
  expect(hostSettings()).toEqual(settings);
  expect(await removeStaleKubernetes()).toBe(false);
});
