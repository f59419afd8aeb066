/**
 * Tests units with a stand-in for systemctl (containers and many build hosts have no systemd) and a
 * real Redis.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClusterPorts } from '@livekit-swarm/lab';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { openPlatform } from '../src/journal/rollback-pending.ts';
import type { Component, Platform } from '../src/targets/platform.ts';
import { processState } from '../src/targets/process/inspect.ts';
import { parseUnit } from '../src/targets/process/systemd.ts';
import { openProcessPlatform } from '../src/targets/process.ts';
import { leftoversOf } from './support/leftovers.ts';

let dir: string;
let port: number;
let platform: Platform;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-systemd-'));
  port = await createClusterPorts().tcp();
  await mkdir(join(dir, 'bin'));
  // The program contains its settings, because its callers pass on no environment.
  const stand = await readFile(
    fileURLToPath(new URL('./fixtures/systemctl.sh', import.meta.url)),
    'utf8',
  );
  const script = stand.replace('\n', `\nSTATE='${dir}'; PORT=${port}\n`);
  await writeFile(join(dir, 'systemctl'), script, { mode: 0o755 });
  await symlink(join(dir, 'systemctl'), join(dir, 'bin', 'systemctl'));
  vi.stubEnv('PATH', `${join(dir, 'bin')}:${process.env.PATH}`);
  platform = await openProcessPlatform({ units: [parseUnit('redis=redis')] });
  await platform.start(await redis());
});
afterAll(async () => {
  const pid = Number(await readFile(join(dir, 'pid'), 'utf8').catch(() => ''));
  if (pid > 0) process.kill(pid, 'SIGKILL');
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

const redis = async (): Promise<Component> => {
  const [member] = await platform.components();
  if (member === undefined) throw new Error('there is no unit');
  return member;
};

test('a unit is a component, with the ports at which its processes listen', async () => {
  expect(await redis()).toEqual({
    name: 'redis.service',
    kind: 'redis',
    nodeId: null,
    instance: expect.stringMatching(/^\d+:\d+$/),
    ports: { address: '0.0.0.0', udp: null, tcp: [port] },
  });
});

test.each(['kill', 'hang', 'redis-kill', 'blackhole', 'redis-flush'])(
  '%s is injected, and rolled back from the journal',
  async (name) => {
    const fault = FAULTS.get(name);
    if (fault === undefined) throw new Error(name);
    const member = await redis();
    const params = fault.params.parse({});
    if (name === 'redis-flush') {
      expect(await fault.unavailable(platform, member, params)).toContain('no node of LiveKit');
      const client = new Redis(port);
      await client.hset('nodes', 'ND_a', 'as a node registers itself');
      client.disconnect();
    }
    expect(await fault.unavailable(platform, member, params)).toBeNull();
    const journal = openJournal(join(dir, 'journal'));
    const { id } = await injectFault({
      fault,
      platform,
      components: [member],
      params,
      drill: 'test',
      expiry: null,
      journal,
    });
    const [entry] = (await journal.read()).pending;
    if (entry === undefined) throw new Error('not in the journal');
    if (name === 'hang') expect(processState((await platform.pid(member)) ?? 0)).toBe('T');
    if (name.endsWith('kill')) expect(await platform.pid(member)).toBeNull();
    await using again = await openPlatform(entry.platform);
    await fault.rollback({
      platform: again,
      components: entry.components,
      params: entry.params,
      id,
      expiresAfterMs: null,
    });
    await journal.remove(id);
    const pid = await again.pid(member);
    expect(processState(pid ?? 0)).toMatch(/^[SR]$/);
    expect(await leftoversOf(id)).toEqual([]);
  },
);

test('missing units and hosts without systemd are reported', async () => {
  await expect(openProcessPlatform({ units: [parseUnit('node=livekit')] })).rejects.toMatchObject({
    code: 'component_not_found',
    message: expect.stringContaining('livekit.service'),
  });
  await writeFile(
    join(dir, 'systemctl'),
    '#!/bin/sh\necho "System has not been booted with systemd" >&2; exit 1\n',
    {
      mode: 0o755,
    },
  );
  await expect(openProcessPlatform({ units: [parseUnit('redis=redis')] })).rejects.toMatchObject({
    code: 'systemd_unavailable',
    message: expect.stringContaining('not been booted'),
  });
});
