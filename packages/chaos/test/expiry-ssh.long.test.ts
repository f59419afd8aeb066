/**
 * Tests that the target rolls back on its own when the controller of a drill over SSH is killed, or
 * its network fails.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClusterPorts } from '@livekit-swarm/lab';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, test } from 'vitest';
import { injectFault } from '../src/execute/inject-fault.ts';
import { FAULTS } from '../src/faults/index.ts';
import { openJournal } from '../src/journal/journal.ts';
import { rollbackPending } from '../src/journal/rollback-pending.ts';
import { connectSsh } from '../src/targets/ssh/connection.ts';
import { readSshSpec, writeReference } from '../src/targets/ssh/spec.ts';
import { openSshPlatform } from '../src/targets/ssh.ts';
import { brokenUnits } from './support/broken-components.ts';
import { leftoversOf } from './support/leftovers.ts';
import { type SshHost, startSshHost } from './support/ssh-host.ts';
import { addUnits } from './support/units.ts';

await skipWithout('sshd', 'packet-filter', 'redis', 'haproxy');

const UNITS = 'node=livekit-1,node=livekit-2,node=livekit-3,redis=redis';
/**
 * Delay of the automatic rollback of Redis faults, ms: long enough for an injection over SSH on a
 * busy host. Rollbacks of nodes follow later, because a node that starts without Redis exits at
 * once, and these units do not restart it.
 */
const REDIS_EXPIRES_MS = 20_000;
const NODE_EXPIRES_MS = 30_000;
/** Delay for drills that must all be armed before the first rollback, ms. */
const DRAIN_EXPIRES_MS = 40_000;

type Case = [fault: string, component: string, params?: object];

/**
 * Faults on components that no other fault of the line affects; each mechanism once with each
 * failure.
 */
const KILLED: readonly Case[] = [
  ['hang', 'livekit-1.service'],
  ['packet-loss', 'livekit-2.service', { loss: '20%', burst: 3 }],
  ['graceful-stop', 'livekit-3.service'],
  ['kill', 'redis.service'],
];
const CUT: readonly Case[] = [
  ['blackhole', 'livekit-1.service'],
  ['kill', 'livekit-2.service'],
  ['cpu-pressure', 'livekit-3.service', { cores: 0.3 }],
  ['hang', 'redis.service'],
];

/** Network namespace that reaches this host over one link, like a laptop over its VPN. */
const openLink = () => {
  const name = `swarm-cut-${process.pid}`;
  const [here, there] = [`scut${process.pid % 10_000}a`, `scut${process.pid % 10_000}b`];
  const ip = (...args: string[]): void => void execFileSync('ip', args);
  ip('netns', 'add', name);
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  ip('address', 'add', '198.18.77.1/30', 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', name, 'address', 'add', '198.18.77.2/30', 'dev', there);
  ip('-n', name, 'link', 'set', there, 'up');
  return {
    name,
    address: '198.18.77.1',
    cut: () => ip('link', 'set', here, 'down'),
    // The namespace ends with its last process, some time later: the link is removed now, so that
    // the next attempt can make its own.
    [Symbol.dispose]: () => {
      ip('link', 'delete', here);
      ip('netns', 'delete', name);
    },
  };
};

const startInjector = (
  config: string,
  journal: string,
  [fault, component, params = {}]: Case,
  before: readonly string[] = [],
): ChildProcess & { pid: number } => {
  const [program = '', ...args] = [
    ...before,
    process.execPath,
    fileURLToPath(new URL('./fixtures/reference-injector.ts', import.meta.url)),
    JSON.stringify(writeReference(readSshSpec('swarm-host', UNITS, config))),
    ...[journal, fault, JSON.stringify(params), component],
    String(component === 'redis.service' ? REDIS_EXPIRES_MS : NODE_EXPIRES_MS),
  ];
  const drill = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  if (drill.pid === undefined) throw new Error('it did not start');
  return Object.assign(drill, { pid: drill.pid });
};

const idOf = async (drill: ChildProcess): Promise<string> => {
  if (drill.stdout === null) throw new Error('nothing to read from');
  const [data] = (await Promise.race([
    once(drill.stdout, 'data'),
    once(drill, 'exit').then(([code]) => {
      throw new Error(`it ended at once: ${code}`);
    }),
  ])) as [Buffer];
  return data.toString().trim();
};

const startUnits = async (host: SshHost) => {
  await addUnits(host, 3);
  const target = await openSshPlatform(readSshSpec('swarm-host', UNITS, host.config));
  const components = await target.components();
  for (const kind of ['redis', 'node'])
    await Promise.all(
      components.filter((one) => one.kind === kind).map((one) => target.start(one)),
    );
  return target;
};

test('a target whose controller is killed, and one whose network is cut', {
  timeout: 400_000,
}, async () => {
  using link = openLink();
  await using host = await startSshHost(link.address);
  await (await startUnits(host))[Symbol.asyncDispose]();
  const journal = openJournal(join(host.dir, 'journal'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(async () => void (await rollbackPending({ journal, faults: FAULTS, force: true })));
  expect(await brokenUnits(host.dir)).toEqual([]);

  const far = await host.configWith({ HostName: link.address });
  const lines = [
    { line: KILLED, config: host.config, before: [], fail: () => {} },
    { line: CUT, config: far, before: ['ip', 'netns', 'exec', link.name], fail: link.cut },
  ];
  for (const { line, config, before, fail } of lines) {
    const drills = line.map((one) => startInjector(config, journal.dir, one, before));
    cleanUp.defer(() => {
      for (const { pid, exitCode, signalCode } of drills)
        if (exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    });
    const ids = await Promise.all(drills.map(idOf));
    const { pending } = await journal.read();
    expect(pending).toHaveLength(line.length);
    for (const { expiry, injected } of pending)
      expect({ methods: expiry?.methods, injected }).toEqual({
        methods: ['detached_process'],
        injected: true,
      });
    fail();
    if (fail !== link.cut)
      for (const drill of drills) {
        process.kill(-drill.pid, 'SIGKILL');
        await once(drill, 'exit');
      }
    expect((await brokenUnits(host.dir)).length).toBeGreaterThan(0);

    const expired = async (): Promise<string[]> => [
      ...(await brokenUnits(host.dir)),
      ...(await Promise.all(ids.map(leftoversOf))).flat(),
    ];
    await expect.poll(expired, { timeout: NODE_EXPIRES_MS + 30_000, interval: 1_000 }).toEqual([]);
    // This host does not know that the target has rolled back: a second rollback does no harm.
    for (const drill of drills)
      if (drill.signalCode === null) {
        process.kill(-drill.pid, 'SIGKILL');
        await once(drill, 'exit');
      }
    const { failed } = await rollbackPending({ journal, faults: FAULTS });
    expect(failed.map(({ error }) => error.message)).toEqual([]);
    expect(await brokenUnits(host.dir)).toEqual([]);
    expect(await readdir(journal.dir)).toEqual([]);
  }
});

test('a node that drains is ended, and none whose drain has not begun, also with replaced files', {
  timeout: 180_000,
}, async () => {
  await using host = await startSshHost();
  // They ignore SIGTERM, as a node with rooms does not exit.
  const ports = createClusterPorts();
  const programOf = (unit: string): string => join(host.dir, `${unit}-program`);
  for (const unit of ['livekit-1.service', 'livekit-2.service', 'livekit-3.service']) {
    const program = `process.on('SIGTERM', () => {});
      const { createServer } = require('node:http');
      createServer((_, answer) => answer.end()).listen(${await ports.tcp()}, '127.0.0.1');`;
    await writeFile(
      programOf(unit),
      `#!/bin/sh
[ "$1" != --version ] || { echo livekit-server version 1.13.4; exit; }
exec '${process.execPath}' --eval "${program}"
`,
      { mode: 0o755 },
    );
    await host.addUnit(unit, [programOf(unit)]);
  }
  const changed = programOf('livekit-3.service');
  const old = await readFile(changed, 'utf8');
  await copyFile(changed, `${changed}-1.13.5`);
  await writeFile(`${changed}-1.13.5`, old.replace('1.13.4', '1.13.5'));
  const units = 'node=livekit-1,node=livekit-2,node=livekit-3';
  const reference = writeReference(readSshSpec('swarm-host', units, host.config));
  await using target = await openSshPlatform(readSshSpec('swarm-host', units, host.config));
  const components = await target.components();
  for (const component of components) await target.start(component);
  const instances = async () => (await target.components()).map(({ instance }) => instance);
  const [first, ...others] = await instances();
  const journal = openJournal(join(host.dir, 'journal'));
  const pending = async (component: string) =>
    (await journal.read()).pending.find(({ components: [one] }) => one?.name === component);
  const removal = ['remove-node', '{"grace":"60s"}'];
  const controllers = [
    { component: 'livekit-1.service', change: removal, failpoints: '' },
    {
      // Its journal names the drain, and the host has no note of it.
      ...{ component: 'livekit-2.service', change: removal },
      failpoints: 'drain.noted=sleep(120000)',
    },
    {
      ...{ component: 'livekit-3.service', change: ['upgrade', '{"to":"1.13.5"}'] },
      failpoints: 'release.changed=sleep(120000)',
    },
  ].map(({ component, change, failpoints }) =>
    spawn(
      process.execPath,
      [
        fileURLToPath(new URL('./fixtures/reference-injector.ts', import.meta.url)),
        ...[JSON.stringify(reference), journal.dir, ...change],
        ...[component, String(DRAIN_EXPIRES_MS)],
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, SWARM_FAILPOINTS: failpoints },
      },
    ),
  );
  await using cleanUp = new AsyncDisposableStack();
  const killAll = async (): Promise<void> => {
    for (const controller of controllers) {
      if (controller.exitCode !== null || controller.signalCode !== null) continue;
      controller.kill('SIGKILL');
      await once(controller, 'exit');
    }
  };
  cleanUp.defer(killAll);
  const draining = async () => [
    (await pending('livekit-1.service'))?.draining,
    (await pending('livekit-2.service'))?.draining,
    (await pending('livekit-2.service'))?.expiry?.methods,
    await readFile(changed, 'utf8').then((text) => text !== old),
  ];
  await expect
    .poll(draining, { timeout: 45_000, interval: 100 })
    .toEqual([['livekit-1.service'], ['livekit-2.service'], ['detached_process'], true]);
  const ids = (await journal.read()).pending.map(({ id }) => id);
  const marks = async () =>
    (await readdir('/run')).filter((name) => ids.some((id) => name.includes(`drain-${id}`)));
  await expect.poll(marks, { timeout: 10_000 }).toHaveLength(1);
  await killAll();
  expect(await instances()).toEqual([first, ...others]);

  const isEnded = async () => (await instances())[0] !== first;
  await expect.poll(isEnded, { timeout: DRAIN_EXPIRES_MS + 30_000, interval: 500 }).toBe(true);
  const left = async () => (await Promise.all(ids.map(leftoversOf))).flat();
  await expect.poll(left, { timeout: 20_000, interval: 500 }).toEqual([]);
  expect(await brokenUnits(host.dir)).toEqual([]);
  expect((await instances()).slice(1)).toEqual(others);
  expect(await readFile(changed, 'utf8')).toBe(old);
  // The notes prevent that a command of these drills begins a drain after all.
  const { failed } = await rollbackPending({ journal, faults: FAULTS });
  expect(failed.map(({ error }) => error.message)).toEqual([]);
  expect((await instances()).slice(1)).toEqual(others);
  expect(await marks()).toEqual([]);
});

test('with systemd it is a timer, which the rollback stops', async () => {
  await using host = await startSshHost();
  await addUnits(host, 1);
  // Stand-in for the used part of systemd-run; the unit is a process that waits.
  await host.addProgram(
    'systemd-run',
    `units=$(dirname "$0")/../units
for word; do case $word in --unit=*) unit=\${word#--unit=} ;; --on-active=*) after=\${word#--on-active=} ;; esac; done
while [ "$1" != -- ]; do shift; done
shift
setsid sh -c 'echo $$ >"$0"; sleep "$1"; shift; exec "$@"' "$units/$unit.timer.timer-pid" "$after" "$@" &`,
  );
  await using target = await openSshPlatform(readSshSpec('swarm-host', 'redis=redis', host.config));
  const [redis] = await target.components();
  if (redis === undefined) throw new Error('no unit');
  await target.start(redis);
  const [started] = await target.components();
  if (started === undefined) throw new Error('no unit');
  const journal = openJournal(join(host.dir, 'journal'));
  const hang = FAULTS.get('hang');
  if (hang === undefined) throw new Error('no fault');
  const inject = (afterMs: number) =>
    injectFault({
      ...{ fault: hang, platform: target, components: [started], params: {}, journal },
      ...{ drill: 'test', expiry: { afterMs, required: true } },
    });

  const stopped = await inject(60_000);
  expect((await journal.read()).pending[0]?.expiry?.methods).toEqual(['systemd_timer']);
  expect(await brokenUnits(host.dir)).toEqual(['redis.service is in state T']);
  const timers = async (): Promise<string[]> =>
    (await readdir(join(host.dir, 'units'))).filter((name) => name.endsWith('.timer-pid'));
  expect(await timers()).toEqual([`swarm-expiry-${stopped.id}.timer.timer-pid`]);
  await stopped.rollback();
  expect(await timers()).toEqual([]);
  expect(await brokenUnits(host.dir)).toEqual([]);

  await inject(8_000);
  expect(await brokenUnits(host.dir)).toEqual(['redis.service is in state T']);
  await expect.poll(() => brokenUnits(host.dir), { timeout: 20_000 }).toEqual([]);
});

test('a late command does nothing, and a hanging command is terminated on the target', async () => {
  await using host = await startSshHost();
  await using connection = await connectSsh('swarm-host', host.config);
  const file = (name: string): string => join(host.dir, name);
  const exists = async (name: string): Promise<boolean> => (await readdir(host.dir)).includes(name);
  expect(await connection.run(['true'])).toMatchObject({ code: 0 });
  expect(connection.inFlight.leftMs?.()).toBe(0);

  // The command hangs for longer than its time limit.
  const hung = await connection.run(['sh', '-c', 'sleep 5; touch "$0"', file('hung')], '', 3_000);
  expect(hung.code).not.toBe(0);

  // The command is delayed between this host and the target for longer than its time limit.
  const gate = file('gate');
  await writeFile(
    gate,
    `#!/bin/sh\n[ ! -e "${file('closed')}" ] || sleep 6\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  );
  await chmod(gate, 0o755);
  const keys = await readFile(file('authorized_keys'), 'utf8');
  await writeFile(file('authorized_keys'), `command="${gate}" ${keys}`);
  await using gated = await connectSsh('swarm-host', host.config);
  expect(await gated.run(['true'])).toMatchObject({ code: 0 });
  await writeFile(file('closed'), '');
  const late = await gated.run(['touch', file('late')], '', 3_000);
  expect(late.code).toBe(124);
  await sleep(6_000);
  expect(gated.inFlight.leftMs?.()).toBe(0);
  expect([await exists('hung'), await exists('late')]).toEqual([false, false]);
});
