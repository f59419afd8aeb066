import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allGone, isRunning } from '@livekit-swarm/testkit/processes';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterEach, describe, expect, test } from 'vitest';
import { spawnGuarded } from '../src/guard/guarded-process.ts';
import { unusedUser } from '../src/unused-user.ts';

interface Trio {
  owner: ChildProcess & { pid: number };
  guard: number;
  server: number;
  /** Resolves with the next line that the owner prints. */
  next(): Promise<string>;
}

const GUARD_DIED = { code: null, signal: 'SIGKILL', cause: 'guard_died' };

const trios: Trio[] = [];
afterEach(() => {
  for (const { owner, guard, server } of trios.splice(0))
    for (const pid of [owner.pid, guard, server]) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
});

/**
 * Starts an owner, as the CLI is, in its own process group, with its guard and the guarded process.
 */
const startTrio = async (): Promise<Trio> => {
  const owner = spawn(process.execPath, [fileURLToPath(new URL('owner.ts', import.meta.url))], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: owner.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const { guard, server } = JSON.parse(await next()) as { guard: number; server: number };
  if (owner.pid === undefined) throw new Error('the owner did not start');
  const trio = { owner: Object.assign(owner, { pid: owner.pid }), guard, server, next };
  trios.push(trio);
  return trio;
};

describe('nothing is left behind', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGSEGV', 'SIGUSR2'] as const)(
    'when the owner gets %s',
    async (signal) => {
      const { owner, guard, server } = await startTrio();
      expect([owner.pid, guard, server].map(isRunning)).toEqual([true, true, true]);
      process.kill(owner.pid, signal);
      expect(await allGone([owner.pid, guard, server])).toBe(true);
    },
  );

  test("when the owner's whole process group is killed", async () => {
    const { owner, guard, server } = await startTrio();
    process.kill(-owner.pid, 'SIGKILL');
    expect(await allGone([owner.pid, guard, server])).toBe(true);
  });

  test("when the guard's whole process group is killed", async () => {
    const { owner, guard, server, next } = await startTrio();
    process.kill(-guard, 'SIGKILL');
    expect(await allGone([guard, server])).toBe(true);
    expect(JSON.parse(await next())).toEqual(GUARD_DIED);
    expect(isRunning(owner.pid)).toBe(true);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'when the guard gets %s, and the owner learns that the process has ended',
    async (signal) => {
      const { guard, server, next } = await startTrio();
      process.kill(guard, signal);
      expect(await allGone([guard, server])).toBe(true);
      expect(JSON.parse(await next())).toEqual(GUARD_DIED);
    },
  );

  test('when owner and guard are killed at the same moment, in either order', async () => {
    for (const order of [
      (trio: Trio) => [trio.owner.pid, trio.guard],
      (trio: Trio) => [trio.guard, trio.owner.pid],
    ]) {
      const trio = await startTrio();
      for (const pid of order(trio)) process.kill(pid, 'SIGKILL');
      expect(await allGone([trio.owner.pid, trio.guard, trio.server])).toBe(true);
    }
  });

  test('when the process itself is killed: the owner learns the cause, the guard ends', async () => {
    const { owner, guard, server, next } = await startTrio();
    process.kill(server, 'SIGKILL');
    expect(JSON.parse(await next())).toEqual({ code: null, signal: 'SIGKILL', cause: 'killed' });
    expect(await allGone([guard, server])).toBe(true);
    expect(isRunning(owner.pid)).toBe(true);
  });

  test('when the owner is killed at any moment of its start', async () => {
    for (const delayMs of [30, 60, 90, 120, 150]) {
      const mark = `${600 + delayMs}.${process.pid}`;
      const program = `import { spawnGuarded } from ${JSON.stringify(new URL('../../lab/src/index.ts', import.meta.url).href)};
        await spawnGuarded({ command: '/bin/sleep', args: ['${mark}'], env: {}, logFile: '/dev/null' });
        setInterval(() => {}, 1000);`;
      const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: 'ignore',
      });
      await sleep(delayMs);
      owner.kill('SIGKILL');
      await expect.poll(() => processesWith(mark), { timeout: 5_000, interval: 100 }).toEqual([]);
    }
  });
});

test('forwards signals and reports the exit code', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-guard-'));
  const logFile = join(dir, 'log');
  const shell = await spawnGuarded({
    command: '/bin/sh',
    args: ['-c', 'trap "exit 7" USR1; echo ready; while :; do sleep 0.05; done'],
    env: { PATH: process.env.PATH ?? '' },
    logFile,
  });
  await expect.poll(() => readFileSync(logFile, 'utf8')).toBe('ready\n');
  shell.signal('SIGUSR1');
  expect(await shell.exited).toEqual({ code: 7, signal: null, cause: 'crashed' });
  shell.signal('SIGTERM');
  rmSync(dir, { recursive: true });
});

const notRoot = await missing('root');
describe.skipIf(notRoot !== null)('a process with a user of its own', () => {
  test('has no root privilege, a private folder to work in, and ends with its guard', async () => {
    const user = unusedUser();
    expect(user).not.toBeNull();
    const folder = mkdtempSync(join(tmpdir(), 'swarm-own-user-'));
    const cwd = join(folder, 'closed');
    try {
      openTo(cwd, user ?? 0);
      const logFile = join(folder, 'log');
      const start = () =>
        spawnGuarded({
          command: '/bin/sh',
          args: ['-c', 'cat words; echo no > words; echo began; exec sleep 600'],
          env: { PATH: process.env.PATH ?? '' },
          logFile,
          cwd,
          user: user ?? 0,
        });
      const first = await start();
      await expect.poll(() => readFileSync(logFile, 'utf8'), { timeout: 10_000 }).toMatch(/began/);
      expect(readFileSync(logFile, 'utf8')).toMatch(/^hello\n/);
      expect(readFileSync(join(cwd, 'words'), 'utf8')).toBe('hello\n');
      const status = readFileSync(`/proc/${first.pid}/status`, 'utf8');
      for (const line of [
        new RegExp(`^Uid:(\\s+${user}){4}$`, 'm'),
        new RegExp(`^Gid:(\\s+${user}){4}$`, 'm'),
        /^Groups:\s*$/m,
        /^CapEff:\s+0+$/m,
        /^NoNewPrivs:\s+1$/m,
      ])
        expect(status).toMatch(line);
      process.kill(first.guardPid, 'SIGKILL');
      expect(await allGone([first.pid, first.guardPid])).toBe(true);

      const second = await start();
      second.signal('SIGTERM');
      expect(await second.exited).toEqual({ code: null, signal: 'SIGTERM', cause: 'killed' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Creates a folder of root with a file that `group` may read. */
const openTo = (folder: string, group: number): void => {
  mkdirSync(folder, { mode: 0o750 });
  writeFileSync(join(folder, 'words'), 'hello\n', { mode: 0o640 });
  for (const path of [folder, join(folder, 'words')]) chownSync(path, 0, group);
};

test('a program that does not exist is an error, or ends at once', async () => {
  const outcome = await spawnGuarded({
    command: '/nothing/here',
    args: [],
    env: {},
    logFile: '/dev/null',
  }).then(
    ({ exited }) => exited,
    (error: Error) => error.message,
  );
  expect(outcome).not.toEqual({ code: 0, signal: null });
});

/** Ids of processes whose command line contains `mark`. */
const processesWith = async (mark: string): Promise<string[]> => {
  const ps = spawn('ps', ['-eo', 'pid=,args=']);
  let text = '';
  for await (const chunk of ps.stdout) text += chunk;
  // The command line of the owner contains it too, as part of the program.
  return text.split('\n').filter((line) => line.includes(`sleep ${mark}`));
};
