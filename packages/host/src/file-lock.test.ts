import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock.mjs';

let lock: string;
beforeEach(async () => {
  lock = join(await mkdtemp(join(tmpdir(), 'swarm-lock-')), 'deep', 'lock');
});

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

test('holders take turns, one at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(20);
    inside--;
  };
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(lock, work)));
  expect(most).toBe(1);
  expect(await exists(lock)).toBe(false);
});

const LONG_AGO = new Date(Date.now() - 61_000);

/** Starts a process that holds the lock until it is killed. */
const holdElsewhere = async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { withFileLock } from ${JSON.stringify(new URL('./file-lock.mjs', import.meta.url).href)};
       await withFileLock(${JSON.stringify(lock)}, () => new Promise((end) => { console.log('held'); setTimeout(end, 60_000); }));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  return child;
};

test('does not take over from a suspended holder, however long it is suspended', async () => {
  const holder = await holdElsewhere();
  try {
    holder.kill('SIGSTOP');
    await utimes(lock, LONG_AGO, LONG_AGO);
    const second = withFileLock(lock, async () => 'mine', { signal: AbortSignal.timeout(1_000) });
    await expect(second).rejects.toThrow(/abort/i);
    holder.kill('SIGKILL');
    expect(await withFileLock(lock, async () => 'mine')).toBe('mine');
  } finally {
    holder.kill('SIGKILL');
  }
});

test('takes over from a process with the same id before the last boot', async () => {
  const holder = await holdElsewhere();
  holder.kill('SIGSTOP');
  const text = await readFile(lock, 'utf8');
  const noted = text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '11111111-2222-3333-4444-555555555555');
  if (process.platform === 'linux') expect(noted).not.toBe(text);
  await writeFile(lock, noted);
  await utimes(lock, LONG_AGO, LONG_AGO);
  expect(await withFileLock(lock, async () => 'mine')).toBe('mine');
  holder.kill('SIGKILL');
});

test('a holder whose lock was taken over aborts its work and reports the new holder', async () => {
  const inside = Promise.withResolvers<void>();
  const first = withFileLock(lock, async (lost) => {
    await rm(lock);
    await writeFile(lock, `${process.ppid} of another machine`);
    inside.resolve();
    await once(lost, 'abort');
    return 'done';
  });
  await inside.promise;
  await expect(first).rejects.toThrow(
    new RegExp(`${lock}.*taken over by process ${process.ppid}`, 's'),
  );
  // The lock now belongs to the other process.
  expect(await readFile(lock, 'utf8')).toContain(String(process.ppid));
});

test('reports the holder once, and writes its process id into the lock', async () => {
  const waited: number[] = [];
  await withFileLock(lock, async () => {
    expect(Number.parseInt(await readFile(lock, 'utf8'), 10)).toBe(process.pid);
    const second = withFileLock(lock, async () => {}, { onWait: (pid) => waited.push(pid) });
    await expect.poll(() => waited).toHaveLength(1);
    // It looks at the lock again and again meanwhile.
    await sleep(500);
    void second.catch(() => {});
  });
  expect(waited).toEqual([process.pid]);
});

test('releases the lock when the work fails', async () => {
  await expect(withFileLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await exists(lock)).toBe(false);
});

test('takes over from a dead holder, one waiting process at a time', async () => {
  const holder = await holdElsewhere();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await exists(lock)).toBe(true);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFileLock(lock, async () => {
        most = Math.max(most, ++inside);
        await sleep(5);
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
});

test('takes over from a holder in another scope that did not touch the lock for a minute, even if its process id is in use here', async () => {
  await withFileLock(lock, async () => {});
  await writeFile(lock, `${process.ppid} of another machine`);
  await utimes(lock, LONG_AGO, LONG_AGO);
  expect(await withFileLock(lock, async () => 'mine')).toBe('mine');
});

test('stops waiting when aborted', async () => {
  await withFileLock(lock, async () => {
    const waiting = withFileLock(lock, async () => 'never', { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
