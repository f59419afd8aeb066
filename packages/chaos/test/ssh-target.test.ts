/**
 * Tests units on a host reached by SSH: a real sshd on loopback, real servers, signals and rules;
 * only systemd is a stand-in.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { createClusterPorts } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { sshDeployment } from '../src/execute/deployment.ts';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import type { Component } from '../src/targets/platform.ts';
import { readSshSpec } from '../src/targets/ssh/spec.ts';
import { openSshPlatform } from '../src/targets/ssh.ts';
import { anyAnswers } from './support/answers.ts';
import { componentOf } from './support/component-of.ts';
import { leftoversOf } from './support/leftovers.ts';
import { startSshHost } from './support/ssh-host.ts';
import { addUnits } from './support/units.ts';

const UNITS = 'node=livekit-1,node=livekit-2.service,redis=redis';

/** Waits until these ports answer: a process that was paused first handles its queue. */
const expectBack = (ports: readonly number[]): Promise<void> =>
  expect.poll(() => anyAnswers(ports), { timeout: 10_000, interval: 100 }).toBe(true);

await skipWithout('sshd', 'packet-filter', 'redis', 'haproxy');

test('units over SSH', { timeout: 180_000 }, async () => {
  await using host = await startSshHost();
  await addUnits(host, 2);
  const order = readSshSpec('swarm-host', UNITS, host.config);
  await using deployment = await sshDeployment({
    ...order,
    url: 'ws://127.0.0.1:1',
    apiKey: 'key',
    apiSecret: 'secret',
  });
  expect(deployment).toMatchObject({ name: hostname(), isLab: false });
  const { platform: target } = deployment;
  expect(JSON.stringify(target.reference)).not.toContain('secret');

  // No unit has been started.
  expect((await target.components()).map(({ nodeId, ports }) => ({ nodeId, ports }))).toEqual(
    Array.from({ length: 3 }, () => ({ nodeId: null, ports: null })),
  );
  for (const name of ['redis.service', 'livekit-1.service', 'livekit-2.service'])
    await target.start(await componentOf(target, name));
  const node1 = await componentOf(target, 'livekit-1.service');
  const node2 = await componentOf(target, 'livekit-2.service');
  const redis = await componentOf(target, 'redis.service');
  expect(node1.nodeId).toMatch(/^ND_\w{6,}$/);
  expect(node2.nodeId).not.toBe(node1.nodeId);
  expect(node1.ports).toMatchObject({
    address: '0.0.0.0',
    udp: [expect.any(Number), expect.any(Number)],
  });
  expect(redis).toMatchObject({
    kind: 'redis',
    nodeId: null,
    ports: { udp: null, tcp: [expect.any(Number)] },
  });
  for (const ability of [
    'signal',
    'start',
    'pause',
    'exec',
    'packet_filter',
    'stay_down',
  ] as const) {
    expect(await target.missingCapability(ability, node1)).toBeNull();
  }
  expect(await target.missingCapability('stay_down', redis)).toContain('Restart=always');

  // Every argument arrives unchanged.
  const odd = ['a b', `it's "$HOME"`, '$(id)', '', '*', 'line\nbreak', '\\', '-n', '!x', 'ä'];
  expect((await target.run(node1, ['printf', '%s|', ...odd])).stdout).toBe(
    odd.map((word) => `${word}|`).join(''),
  );
  expect(await target.run(node1, ['cat'], 'what goes in')).toEqual({
    stdout: 'what goes in',
    stderr: '',
    code: 0,
  });
  expect((await target.run(node1, ['sh', '-c', 'exit 255'])).code).toBe(254);
  expect((await target.run(node1, ['no-such-program'])).code).toBe(127);
  const many = await Promise.all(
    Array.from({ length: 25 }, (_, number) => target.run(node1, ['echo', `${number}`])),
  );
  expect(many.map(({ stdout }) => Number(stdout))).toEqual(
    Array.from({ length: 25 }, (_, number) => number),
  );

  // Injected here, and rolled back by another platform object that only has the journal.
  const journal = openJournal(join(host.dir, 'journal'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => void (await rollbackPending({ journal, faults: FAULTS, force: true })));
  const during = async (
    name: string,
    member: Component,
    look: (id: string) => Promise<void>,
  ): Promise<void> => {
    const fault = FAULTS.get(name);
    if (fault === undefined) throw new Error(`there is no fault ${name}`);
    const params = fault.params.parse({});
    const fresh = await componentOf(target, member.name);
    expect(await fault.unavailable(target, fresh, params), name).toBeNull();
    const { id } = await injectFault({
      fault,
      platform: target,
      components: [fresh],
      params,
      drill: 'test',
      expiry: null,
      journal,
    });
    await look(id);
    const { rolledBack, failed } = await rollbackPending({ journal, faults: FAULTS, force: true });
    expect(failed.map(({ error }) => error.message)).toEqual([]);
    expect(rolledBack).toHaveLength(1);
    expect(await leftoversOf(id)).toEqual([]);
  };
  const [ports1, ports2] = [node1.ports?.tcp ?? [], node2.ports?.tcp ?? []];
  await during('kill', node1, async () => {
    expect(await target.pid(node1)).toBeNull();
    expect(await anyAnswers(ports1)).toBe(false);
  });
  expect((await componentOf(target, node1.name)).nodeId).toMatch(/^ND_/);
  expect((await componentOf(target, node1.name)).nodeId).not.toBe(node1.nodeId);
  await during('hang', node2, async () => {
    expect(await anyAnswers(ports2)).toBe(false);
    expect((await componentOf(target, node2.name)).nodeId).toBe(node2.nodeId);
  });
  await expectBack(ports2);
  await during('blackhole', node2, async (id) => {
    expect((await leftoversOf(id)).length).toBeGreaterThan(0);
    expect(await anyAnswers(ports2)).toBe(false);
    await expectBack(ports1);
  });
  await expectBack(ports2);
  await during('remove-node', node1, async () => {
    expect(await target.pid(node1)).toBeNull();
    expect(await anyAnswers(ports1)).toBe(false);
    await expectBack(ports2);
  });
  await expectBack(ports1);
  await during('restart', redis, async () => expect(await target.pid(redis)).not.toBeNull());
  expect(await FAULTS.get('redis-kill')?.unavailable(target, redis, {})).toContain(
    'Restart=always',
  );
  expect(await readdir(journal.dir)).toEqual([]);

  // Many programs share one connection for each platform that was opened.
  const log = await host.log();
  expect(log.match(/Accepted publickey/g)?.length ?? 0).toBeLessThan(10);
});

test('a started node listens at every port of its configuration', async () => {
  await using host = await startSshHost();
  const { http, metrics } = await findFreePorts('127.0.0.1', 1);
  const tcp = await createClusterPorts().tcp();
  const config = join(host.dir, 'node.yaml');
  await writeFile(config, stringify({ port: http, prometheus: { port: metrics } }));
  // livekit-server opens its port for ICE long before the others if Redis is slow.
  const server = `const { createServer } = require('node:net');
    const listen = (port) => createServer().listen(port, '127.0.0.1');
    listen(${tcp});
    setTimeout(() => [${http}, ${metrics}].forEach(listen), 2_000);`;
  await host.addUnit('livekit.service', [
    process.execPath,
    ...['--eval', server, '--', '--config', config],
  ]);
  const open = readSshSpec('swarm-host', 'node=livekit', host.config);
  await using target = await openSshPlatform(open);
  await target.start(await componentOf(target, 'livekit.service'));
  const { ports } = await componentOf(target, 'livekit.service');
  expect(ports?.tcp).toEqual([http, tcp, metrics].sort((a, b) => a - b));
});

test('a host that must be rejected, and one that cannot be reached', async () => {
  await using host = await startSshHost();
  await host.addUnit('redis.service', ['/bin/sleep', '60']);
  const open = async (
    settings: Record<string, string>,
    units = 'redis=redis',
    alias = 'swarm-host',
  ): Promise<unknown> => {
    await using target = await openSshPlatform(
      readSshSpec(alias, units, await host.configWith(settings)),
    );
    return await target.components();
  };
  await expect(open({})).resolves.toHaveLength(1);
  await expect(open({}, 'redis=redis,node=livekit')).rejects.toMatchObject({
    code: 'component_not_found',
    message: expect.stringContaining('no unit livekit.service on swarm-host'),
  });
  // An unknown host, and a host with another key. The result is the same if the user's
  // configuration accepts any key.
  for (const StrictHostKeyChecking of ['no', 'accept-new']) {
    await expect(
      open({ UserKnownHostsFile: '/dev/null', StrictHostKeyChecking }),
    ).rejects.toMatchObject({ code: 'unreachable' });
  }
  await expect(open({ UserKnownHostsFile: '/dev/null' })).rejects.toMatchObject({
    code: 'unreachable',
    hint: expect.stringContaining('accept it there'),
  });
  const impostor = join(host.dir, 'impostor');
  const [where] = (await readFile(join(host.dir, 'known_hosts'), 'utf8')).split(' ');
  await writeFile(impostor, `${where} ${await readFile(join(host.dir, 'user-key.pub'), 'utf8')}`);
  await expect(open({ UserKnownHostsFile: impostor })).rejects.toMatchObject({
    code: 'unreachable',
    hint: expect.stringContaining('the host key of swarm-host is not known'),
  });
  await expect(open({ IdentityFile: join(host.dir, 'host-key') })).rejects.toMatchObject({
    code: 'unreachable',
    hint: expect.stringContaining('passwords are not supported'),
  });
  await expect(open({ Port: '1' })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('refused'),
  });
});

test('a user that is not root', async () => {
  await using host = await startSshHost();
  await host.addUnit('redis.service', ['/bin/sleep', '60']);
  // A real account with limited permissions would change the host: the answers of id and sudo are
  // stand-ins.
  await host.addProgram('id', 'echo 1000');
  const order = readSshSpec('swarm-host', 'redis=redis', host.config);
  const look = async (sudo: string): Promise<{ why: string | null; said: string }> => {
    await host.addProgram('sudo', sudo);
    await using target = await openSshPlatform(order);
    const [member] = await target.components();
    if (member === undefined) throw new Error('component not found');
    const { stdout } = await target.run(member, [
      'sh',
      '-c',
      'echo "$BY $1"',
      'sh',
      `it's "$HOME"`,
    ]);
    return { why: await target.missingCapability('signal', member), said: stdout };
  };
  expect(await look('[ "$1 $2" = "-n --" ] || exit 1; shift 2; exec env BY=sudo "$@"')).toEqual({
    why: null,
    said: `sudo it's "$HOME"\n`,
  });
  expect(await look('echo "sudo: a password is required" >&2; exit 1')).toEqual({
    why: expect.stringContaining(
      'sudo asks for a password: log in as root, or allow sudo without a password',
    ),
    said: ` it's "$HOME"\n`,
  });
});

test('drills exclude each other on a host, under any of its names', {
  timeout: 60_000,
}, async () => {
  await using host = await startSshHost();
  await host.addUnit('redis.service', ['/bin/sleep', '60']);
  const openAs = (alias: string) => openSshPlatform(readSshSpec(alias, 'redis=redis', host.config));
  await using first = await openAs('swarm-host');
  await using second = await openAs('root@swarm-host');
  const held = await first.lock?.('drill');
  await expect(second.lock?.('drill')).rejects.toMatchObject({ code: 'deployment_locked' });
  await held?.[Symbol.asyncDispose]();
  await using _next = await second.lock?.('drill');
  await expect(first.lock?.('drill')).rejects.toMatchObject({ code: 'deployment_locked' });
});
