import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DeploymentChoice } from './deployment-choice.ts';
import { lockDeployment } from './drill-lock.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-alone-'));
  vi.stubEnv('XDG_CACHE_HOME', dir);
  vi.stubEnv('XDG_STATE_HOME', dir);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const LAB: DeploymentChoice = { type: 'lab', name: 'mine' };
const busy = (): string[] => readdirSync(join(dir, 'livekit-swarm', 'chaos', 'busy'));

it('refuses a second drill on one deployment, until the first is over', async () => {
  const first = Promise.withResolvers<string>();
  const one = lockDeployment(LAB, () => first.promise);
  await vi.waitFor(() => expect(busy()).toHaveLength(1));
  await expect(lockDeployment(LAB, async () => 'second')).rejects.toMatchObject({
    code: 'deployment_locked',
    message: expect.stringContaining(
      `another drill (process ${process.pid}) is running on the lab "mine"`,
    ),
  });
  expect(await lockDeployment({ type: 'lab', name: 'other' }, async () => 'elsewhere')).toBe(
    'elsewhere',
  );
  first.resolve('first');
  expect(await one).toBe('first');
  expect(await lockDeployment(LAB, async () => 'third')).toBe('third');
  expect(busy()).toEqual([]);
});

it('allows several labs that are started for drills', async () => {
  const where: DeploymentChoice = { type: 'embedded', server: null };
  expect(await lockDeployment(where, () => lockDeployment(where, async () => 'both'))).toBe('both');
});

it('is over when the drill fails, and passes on why', async () => {
  const failing = lockDeployment(LAB, () => Promise.reject(new Error('it broke')));
  await expect(failing).rejects.toThrow('it broke');
  expect(await lockDeployment(LAB, async () => 'next')).toBe('next');
});

it('reports what to do when the lock cannot be written', async () => {
  writeFileSync(join(dir, 'livekit-swarm'), '');
  await expect(lockDeployment(LAB, async () => 'never')).rejects.toMatchObject({
    code: 'journal_unavailable',
    message: expect.stringContaining('the lab "mine"'),
    hint: 'make the folder writable',
  });
});
