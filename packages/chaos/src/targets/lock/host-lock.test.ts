import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SwarmError } from '@livekit-swarm/settings';
import { afterAll, expect, it } from 'vitest';
import { type HeldLock, joinLocks, lockHost, type StartProgram, startHere } from './host-lock.ts';

/**
 * Starts the lock's program with folders of this test in place of /tmp and /run: other drills may
 * run on this host.
 */
const apart =
  (folder: string): StartProgram =>
  ([program = '', option = '', script = '', ...rest]) =>
    startHere([program, option, apartFrom(script, folder), ...rest]);

const apartFrom = (script: string, folder: string): string =>
  script.replace('/tmp/', `/tmp/${folder}-`).replace('/run/livekit-swarm', `/tmp/${folder}-run`);

afterAll(async () => {
  for (const purpose of ['drill', 'rollback'])
    await rm(`/tmp/test-${process.pid}-livekit-swarm-${purpose}.lock`, { force: true });
  await rm(`/tmp/test-${process.pid}-run`, { recursive: true, force: true });
});

const start = apart(`test-${process.pid}`);
const lock = (purpose: 'drill' | 'rollback') => lockHost(start, purpose, 'lk-1');

it('excludes a second drill on the host until the first is over', async () => {
  const first = await lock('drill');
  await expect(lock('drill')).rejects.toMatchObject({
    code: 'deployment_locked',
    message: expect.stringContaining('another drill is running on lk-1'),
  });
  // A rollback of another fault may run at the same time.
  await using _rollback = await lock('rollback');
  await expect(lockHost(start, 'rollback', 'lk-1', 0)).rejects.toMatchObject({
    code: 'deployment_locked',
  });
  await first[Symbol.asyncDispose]();
  await using _second = await lock('drill');
});

it('a rollback waits for another one', async () => {
  const order: string[] = [];
  const first = await lock('rollback');
  const second = lock('rollback').then((own) => {
    order.push('second');
    return own;
  });
  // It asks for the lock again meanwhile.
  await sleep(1_500);
  order.push('first is over');
  await first[Symbol.asyncDispose]();
  await using _second = await second;
  expect(order).toEqual(['first is over', 'second']);
});

it('ends with its owner, even if that is killed', async () => {
  const owner = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '--eval',
      `import { lockHost, startHere } from ${JSON.stringify(fileURLToPath(new URL('./host-lock.ts', import.meta.url)))};
       await lockHost((argv) => startHere(argv.map((word) => word.replace('/tmp/', '/tmp/test-${process.pid}-').replace('/run/livekit-swarm', '/tmp/test-${process.pid}-run'))), 'drill', 'here');
       process.stdout.write('locked');
       setInterval(() => {}, 60_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(owner.stdout, 'data');
  await expect(lock('drill')).rejects.toMatchObject({ code: 'deployment_locked' });
  owner.kill('SIGKILL');
  await expect
    .poll(
      () =>
        lock('drill').then(
          async (own) => {
            await own[Symbol.asyncDispose]();
            return 'free';
          },
          () => 'taken',
        ),
      { timeout: 5_000 },
    )
    .toBe('free');
});

it('reports a host that cannot lock', async () => {
  const without: StartProgram = ([program = '', ...rest]) => {
    const argv = rest.map((word) => word.replace('flock -n', 'no-such-program -n'));
    return start([program, ...argv]);
  };
  await expect(lockHost(without, 'drill', 'lk-1')).rejects.toMatchObject({
    code: 'fault_unavailable',
    hint: expect.stringContaining('util-linux'),
  });
});

it.runIf(process.getuid?.() === 0)(
  'of root is not held up by a lock that any user may hold in /tmp',
  async () => {
    const file = `/tmp/test-${process.pid}-livekit-swarm-rollback.lock`;
    const holder = spawn('flock', ['--no-fork', file, 'sh', '-c', 'echo held; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    try {
      await using _own = await lockHost(start, 'rollback', 'lk-1', 0);
      const { mode, uid } = await stat(`/tmp/test-${process.pid}-run`);
      expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o700, uid: 0 });
    } finally {
      holder.kill('SIGKILL');
    }
  },
);

it('reports a lock whose holder on the host has ended', async () => {
  const holders: ChildProcess[] = [];
  const observed: StartProgram = (argv) => {
    const holder = start(argv);
    holders.push(holder);
    return holder;
  };
  await using own = await lockHost(observed, 'drill', 'lk-1');
  expect(() => own.assertHeld()).not.toThrow();
  const [holder] = holders;
  if (holder === undefined) throw new Error('nothing holds the lock');
  holder.kill('SIGKILL');
  await once(holder, 'close');
  await expect
    .poll(() => codeOfLoss(own), { interval: 10 })
    .toEqual({
      code: 'lock_lost',
      message: expect.stringContaining('another drill may have begun'),
    });
});

const codeOfLoss = (lock: Pick<HeldLock, 'assertHeld'>): unknown => {
  try {
    lock.assertHeld();
    return null;
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return { code: error.code, message: error.message };
  }
};

it('joins the locks of several hosts: one that is lost counts, and all are released', async () => {
  const released: string[] = [];
  const lockOf = (host: string, isLost = false): HeldLock => ({
    assertHeld: () => {
      if (isLost) throw new SwarmError('lock_lost', `the lock on ${host} is lost`);
    },
    [Symbol.asyncDispose]: async () => void released.push(host),
  });
  {
    await using both = joinLocks([lockOf('lk-1'), lockOf('lk-2', true)]);
    expect(() => both.assertHeld()).toThrow('the lock on lk-2 is lost');
  }
  expect(released.sort()).toEqual(['lk-1', 'lk-2']);
});

it('is not interrupted with the terminal, so that it lasts until the rollback', async () => {
  const program = startHere(['sh', '-c', 'cut -d " " -f 5 /proc/$$/stat']);
  let group = '';
  program.stdout?.setEncoding('utf8').on('data', (text: string) => {
    group += text;
  });
  await once(program, 'close');
  expect(Number(group)).toBe(program.pid);
});
