/**
 * Tests units with systemd itself, as the manager of a user; `systemd.test.ts` tests faults in them
 * with a stand-in for systemctl.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClusterPorts } from '@livekit-swarm/lab';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { remoteProcess } from '../src/targets/process/inspect.ts';
import type { Host } from '../src/targets/process/local-host.ts';
import { parseUnit, unitsOf } from '../src/targets/process/systemd.ts';
import { startUserManager } from './support/user-manager.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-units-'));
  await mkdir(join(dir, '.config/systemd/user'), { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Adds a unit that is a Redis. systemd refuses to start it more than twice in ten minutes. */
const addRedis = async (name: string, restart: 'no' | 'always'): Promise<number> => {
  const port = await createClusterPorts().tcp();
  await writeFile(
    join(dir, '.config/systemd/user', name),
    `[Unit]
StartLimitIntervalSec=10min
StartLimitBurst=2
[Service]
Restart=${restart}
RestartSec=0
ExecStart=/usr/bin/redis-server --bind 127.0.0.1 --port ${port} --save ''
`,
  );
  return port;
};

test('systemd shows, signals and starts units as drills expect', { timeout: 90_000 }, async ({
  skip,
}) => {
  const reason = await missing('root', 'unshare', 'systemd', 'redis');
  skip(reason !== null, reason ?? '');
  const port = await addRedis('cache.service', 'no');
  await addRedis('kept.service', 'always');
  const manager = await startUserManager(dir, {});
  if (typeof manager === 'string') return skip(manager);
  await using systemd = manager;
  const host: Host = {
    run: (argv) => systemd.run(argv),
    read: async (path) => {
      const { code, stdout } = await systemd.run(['cat', path]);
      return code === 0 ? stdout : null;
    },
  };
  const units = unitsOf(host, 'this host');
  const pidOf = async (name: string): Promise<number | null> => (await units.show(name)).pid;

  const [cache, kept] = [parseUnit('redis=cache'), parseUnit('redis=kept')];
  await units.check([cache, kept]);
  await expect(units.check([parseUnit('node=livekit')])).rejects.toMatchObject({
    code: 'component_not_found',
    message: expect.stringContaining('livekit.service'),
  });
  expect(await pidOf(cache.name)).toBeNull();
  await units.start(cache);
  const first = await units.show(cache.name);
  expect(first).toMatchObject({ pid: expect.any(Number), restart: 'no' });
  expect(await units.processes(cache.name)).toEqual([first.pid]);
  expect(await units.component(cache, first)).toMatchObject({
    ...{ name: 'cache.service', kind: 'redis' },
    ports: { address: '0.0.0.0', udp: null, tcp: [port] },
  });

  const state = async (): Promise<string | undefined> =>
    (await remoteProcess(host, first.pid ?? 0))?.state;
  await units.signal(cache.name, 'SIGSTOP');
  await expect.poll(state).toBe('T');
  await units.signal(cache.name, 'SIGCONT');
  await expect.poll(state).toMatch(/^[SR]$/);

  for (let time = 0; time < 3; time++) {
    await units.signal(cache.name, 'SIGKILL');
    await expect.poll(() => pidOf(cache.name)).toBeNull();
    await units.signal(cache.name, 'SIGKILL');
    await units.start(cache);
  }
  expect(await pidOf(cache.name)).not.toBe(first.pid);

  await units.start(kept);
  const before = await units.show(kept.name);
  expect(before.restart).toBe('always');
  await units.signal(kept.name, 'SIGKILL');
  const restarted = async (): Promise<boolean> =>
    ![null, before.pid].includes(await pidOf(kept.name));
  await expect.poll(restarted).toBe(true);
});
