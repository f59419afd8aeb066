import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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

/** Starts the fixture under the launcher: directly, or through npm as `npm start` and `npx` do. Each in a process group of its own, as a shell does. */
const start = async (
  how: 'direct' | 'npm start' | 'npx',
): Promise<{ top: ChildProcess & { pid: number }; pid: number }> => {
  const command = `node ${runScript} ${program} ${log}`;
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'x', version: '1.0.0', scripts: { start: `exec ${command}` } }),
  );
  const argv = {
    direct: ['node', runScript, program, log],
    'npm start': ['npm', 'start'],
    npx: ['npm', 'exec', '-c', command],
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

/** Long enough for a second copy of a signal to arrive. */
const settle = (): Promise<void> => sleep(1_000);

describe.each(['direct', 'npm start', 'npx'] as const)('%s', (how) => {
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

  test('when what the user started is killed, it shuts down or receives SIGTERM', async () => {
    const { top } = await start(how);
    process.kill(top.pid, 'SIGKILL');
    await expect
      .poll(reported, { timeout: 5_000 })
      .toEqual([how === 'direct' ? 'orphaned' : 'SIGHUP']);
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

test('an installed package starts without a checkout, and runs no script of the project around it', async () => {
  const installed = join(folder, 'installed', 'livekit-swarm');
  for (const part of ['bin', 'launch'])
    await cp(join(root, 'packages', 'cli', part), join(installed, part), { recursive: true });
  await mkdir(join(installed, 'src'));
  await writeFile(join(installed, 'src', 'main.js'), 'console.log(process.argv.slice(2).join())');
  await mkdir(join(folder, 'scripts', 'setup'), { recursive: true });
  await writeFile(join(folder, 'scripts', 'setup', 'setup.mjs'), "throw new Error('not mine')");
  await writeFile(join(folder, 'package.json'), '{ "name": "project-of-a-user" }');
  const program = join(installed, 'bin', 'swarm.mjs');
  expect(
    execFileSync(process.execPath, [program, 'a', 'b'], { cwd: folder, encoding: 'utf8' }),
  ).toBe('a,b\n');
});
