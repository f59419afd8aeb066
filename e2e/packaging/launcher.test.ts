import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { recordLines } from '@livekit-swarm/record';
import { allGone, isRunning } from '@livekit-swarm/testkit/processes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const runScript = join(root, 'scripts', 'run.mjs');
const program = fileURLToPath(new URL('../support/report-signals.ts', import.meta.url));

let folder: string;
let log: string;
let started: { top: ChildProcess & { pid: number }; pid: number } | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swarm-launcher-'));
  log = join(folder, 'log');
  await writeFile(log, '');
});
afterEach(() => {
  for (const pid of [started?.top.pid ?? 0, started?.pid ?? 0])
    if (pid > 0 && isRunning(pid)) process.kill(pid, 'SIGKILL');
  started = undefined;
});

const reported = (): string[] => readFileSync(log, 'utf8').trim().split('\n').slice(1);

type Way = 'direct' | 'npm start' | 'npx';

/** Starts a fixture by this command: directly, or through npm as `npm start` and `npx` do. Each in a process group of its own, as a shell does. */
const startBy = async (
  how: Way,
  command: readonly string[],
): Promise<{ top: ChildProcess & { pid: number }; pid: number }> => {
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'x',
      version: '1.0.0',
      scripts: { start: `exec ${command.join(' ')}` },
    }),
  );
  const argv = {
    direct: command,
    'npm start': ['npm', 'start'],
    npx: ['npm', 'exec', '-c', command.join(' ')],
  }[how];
  const [name = '', ...args] = argv;
  const top = spawn(name, args, { cwd: folder, detached: true, stdio: 'ignore' });
  await expect
    .poll(() => readFileSync(log, 'utf8'), { timeout: 30_000 })
    .toMatch(/^pid \d+ node v24\./);
  const pid = Number(/pid (\d+)/.exec(readFileSync(log, 'utf8'))?.[1]);
  if (top.pid === undefined) throw new Error(`${name} did not start`);
  started = { top: Object.assign(top, { pid: top.pid }), pid };
  return started;
};

const start = (how: Way) => startBy(how, ['node', runScript, program, log]);

/** Installs the launcher with `fixture` as its program. @returns the path of `swarm` */
const installed = async (fixture: string): Promise<string> => {
  const dir = join(folder, 'installed', 'livekit-swarm');
  for (const part of ['bin', 'launch'])
    await cp(join(root, 'packages', 'cli', part), join(dir, part), { recursive: true });
  await mkdir(join(dir, 'src'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
  await writeFile(join(dir, 'src', 'main.js'), `import ${JSON.stringify(fixture)};\n`);
  return join(dir, 'bin', 'swarm.mjs');
};

/** Long enough for a second copy of a signal to arrive. */
const settle = (): Promise<void> => sleep(1_000);

describe.each(['direct', 'npm start', 'npx'] as const)('a process of its own, %s', (how) => {
  test("a terminal's Ctrl-C, which goes to the whole group, arrives once, and a second one again", async () => {
    const { top } = await start(how);
    process.kill(-top.pid, 'SIGINT');
    await settle();
    expect(reported()).toEqual(['SIGINT']);
    if (how !== 'npx') {
      process.kill(-top.pid, 'SIGINT');
      await settle();
      expect(reported()).toEqual(['SIGINT', 'SIGINT']);
    }
  });

  // Not by SIGHUP, which asks an exporter to read its configuration again.
  test('when what the user started is killed, its channel closes', async () => {
    const { top, pid } = await start(how);
    process.kill(top.pid, 'SIGKILL');
    expect(await allGone([pid])).toBe(true);
    expect(reported()).toEqual(['orphaned']);
  });

  if (how !== 'direct')
    test('when npm is killed, a program that ignores its channel gets SIGHUP', async () => {
      const { top } = await startBy(how, ['node', runScript, program, log, '--ignore-channel']);
      process.kill(top.pid, 'SIGKILL');
      await expect.poll(reported, { timeout: 10_000 }).toEqual(['SIGHUP']);
    });

  test('when the whole group is killed, it ends on its own', async () => {
    const { top, pid } = await start(how);
    process.kill(-top.pid, 'SIGKILL');
    expect(await allGone([pid])).toBe(true);
    expect(reported()).toEqual(['orphaned']);
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to the launcher alone arrives once',
  async (signal) => {
    const { top } = await start('direct');
    process.kill(top.pid, signal);
    await settle();
    expect(reported()).toEqual([signal]);
  },
);

test('SIGTERM to npm alone arrives once', async () => {
  const { top } = await start('npm start');
  process.kill(top.pid, 'SIGTERM');
  await settle();
  expect(reported()).toEqual(['SIGTERM']);
});

test('the exit code is passed on, a signal as 128 + n', async () => {
  const first = await start('direct');
  process.kill(first.pid, 'SIGUSR2');
  expect(await once(first.top, 'exit')).toEqual([42, null]);
  await writeFile(log, '');
  const second = await start('direct');
  process.kill(second.pid, 'SIGKILL');
  expect(await once(second.top, 'exit')).toEqual([137, null]);
});

const interruptible = fileURLToPath(new URL('../support/report-interruption.ts', import.meta.url));

describe.each(['direct', 'npm start', 'npx'] as const)('swarm under Node 24, %s', (how) => {
  const startSwarm = async () =>
    startBy(how, [process.execPath, await installed(interruptible), log]);

  test("a terminal's Ctrl-C counts once, and a second one again", async () => {
    const { top } = await startSwarm();
    process.kill(-top.pid, 'SIGINT');
    await settle();
    expect(reported()).toEqual(['stop']);
    if (how !== 'npx') {
      process.kill(-top.pid, 'SIGINT');
      await settle();
      expect(reported()).toEqual(['stop', 'kill']);
    }
  });

  if (how !== 'direct')
    test('when npm is killed, the program ends as with a closed terminal', async () => {
      const { top } = await startSwarm();
      process.kill(top.pid, 'SIGKILL');
      await expect.poll(reported, { timeout: 5_000 }).toEqual(['stop', 'kill']);
    });
});

test('swarm runs in the process of the launcher, which ends as the program does', async () => {
  const command = [process.execPath, await installed(interruptible), log];
  const first = await startBy('direct', command);
  expect(first.pid).toBe(first.top.pid);
  process.kill(first.pid, 'SIGUSR2');
  expect(await once(first.top, 'exit')).toEqual([42, null]);
  await writeFile(log, '');
  const second = await startBy('direct', command);
  process.kill(second.pid, 'SIGKILL');
  expect(await once(second.top, 'exit')).toEqual([null, 'SIGKILL']);
});

test('an older Node runs swarm in the Node that npm installed, in a process of its own', async () => {
  // Two versions of Node are not everywhere.
  const older = `import { registerHooks } from 'node:module';
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.19.0' } });
// Its imports are not in Node 20.
registerHooks({ load(url, context, next) {
  if (url.endsWith('/run-here.mjs')) throw new Error('loaded in an older Node');
  return next(url, context);
} });`;
  const flag = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  const swarm = await installed(program);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { top, pid } = await startBy('direct', [process.execPath, flag, swarm, log]);
  expect(pid).not.toBe(top.pid);
  process.kill(top.pid, 'SIGINT');
  await settle();
  expect(reported()).toEqual(['SIGINT']);
});

test("a terminal's Ctrl-C reaches no worker process: participants leave in order", async () => {
  const record = join(folder, 'record');
  const load = ['--embedded', '--rooms', '1', '--duration', '2m', '--quiet', '--json'];
  const args = [join(root, 'packages', 'cli', 'bin', 'swarm.mjs'), ...load, '--record', record];
  const swarm = spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (swarm.pid === undefined) throw new Error('swarm did not start');
  started = { top: Object.assign(swarm, { pid: swarm.pid }), pid: swarm.pid };
  let stdout = '';
  swarm.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const joined = async (): Promise<number> => {
    if (!existsSync(record)) return 0;
    let count = 0;
    for await (const line of recordLines(record))
      if (line.type === 'event' && line.event === 'joined') count++;
    return count;
  };
  await expect.poll(joined, { timeout: 120_000, interval: 500 }).toBeGreaterThan(1);
  process.kill(-swarm.pid, 'SIGINT');
  expect(await once(swarm, 'close')).toEqual([130, null]);
  expect(JSON.parse(stdout)).toMatchObject({ exitCode: 130, end: { reason: 'interrupted' } });
  const log = readFileSync(join(record, 'livekit-server.log'), 'utf8');
  expect(log.match(/"participant closing".*CLIENT_REQUEST_LEAVE/g)).toHaveLength(await joined());
});

test('an installed package starts without a checkout, and runs no script of the project around it', async () => {
  const swarm = await installed('node:process');
  await writeFile(
    join(swarm, '..', '..', 'src', 'main.js'),
    'console.log(process.argv.slice(2).join())',
  );
  await mkdir(join(folder, 'scripts', 'setup'), { recursive: true });
  await writeFile(join(folder, 'scripts', 'setup', 'setup.mjs'), "throw new Error('not mine')");
  await writeFile(join(folder, 'package.json'), '{ "name": "project-of-a-user" }');
  expect(execFileSync(process.execPath, [swarm, 'a', 'b'], { cwd: folder, encoding: 'utf8' })).toBe(
    'a,b\n',
  );
});
