/** The networks that loss is made in leave nothing on the host, however their maker ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { namespacesOf, openNetwork, whyNoNetwork } from './network.ts';
import { descendantsOf } from './processes.ts';
import { expectGone } from './swarm.ts';

const MAKER = fileURLToPath(new URL('./network-maker.ts', import.meta.url));

const why = await whyNoNetwork();
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

/** A process that makes a network with a `sleep` on each host, and stays. */
const startMaker = async () => {
  const maker = spawn(process.execPath, [MAKER], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // Also when a test fails before it does so itself.
  onTestFinished(() => void maker.kill('SIGKILL'));
  await once(maker, 'message');
  const pid = maker.pid ?? -1;
  // Each is `ip` until it has become what it is to run.
  await expect
    .poll(() => descendantsOf(pid).filter(({ name }) => name === 'sleep').length, {
      timeout: 5_000,
      interval: 20,
    })
    .toBe(2);
  const family = descendantsOf(pid);
  return {
    pid,
    janitors: family.filter(({ name }) => name === 'sh'),
    tenants: family.filter(({ name }) => name === 'sleep'),
    kill: async () => {
      maker.kill('SIGKILL');
      await once(maker, 'exit');
    },
  };
};

test('closing removes it', async () => {
  {
    await using _network = await openNetwork();
    expect(await namespacesOf(process.pid)).toHaveLength(2);
  }
  expect(await namespacesOf(process.pid)).toEqual([]);
});

test('a maker that is killed takes everything with it', async () => {
  const { pid, tenants, kill } = await startMaker();
  expect(await namespacesOf(pid)).toHaveLength(2);
  expect(tenants).toHaveLength(2);
  await kill();
  await expectGone(tenants);
  await expect.poll(() => namespacesOf(pid), { timeout: 3_000, interval: 50 }).toEqual([]);
});

test('what a maker and its janitor leave when both are killed is removed by the next one', async () => {
  const { pid, janitors, tenants, kill } = await startMaker();
  expect(janitors).toHaveLength(1);
  for (const { pid: janitor } of janitors) process.kill(janitor, 'SIGKILL');
  await kill();
  expect(await namespacesOf(pid)).toHaveLength(2);
  await using _next = await openNetwork();
  expect(await namespacesOf(pid)).toEqual([]);
  await expectGone(tenants);
});
