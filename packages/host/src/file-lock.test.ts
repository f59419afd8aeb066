import { mkdtemp, readFile, stat, utimes, writeFile } from 'node:fs/promises';
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

/** No process has it: the largest that Linux hands out is 4,194,304. */
const DEAD_PID = 2 ** 22 + 1;

test('one at a time, and all get their turn', async () => {
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

test('reports the holder once, and writes its process id into the lock', async () => {
  const waited: number[] = [];
  await withFileLock(lock, async () => {
    expect(await readFile(lock, 'utf8')).toBe(String(process.pid));
    const second = withFileLock(lock, async () => {}, { onWait: (pid) => waited.push(pid) });
    await sleep(500);
    void second.catch(() => {});
  });
  expect(waited).toEqual([process.pid]);
});

test('is released when the work fails', async () => {
  await expect(withFileLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await exists(lock)).toBe(false);
});

test('takes over from a holder that died, one of many at a time', async () => {
  await withFileLock(lock, async () => {});
  await writeFile(lock, String(DEAD_PID));
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

test('takes over a lock that was not touched for a minute, even if its process id is in use', async () => {
  await withFileLock(lock, async () => {});
  await writeFile(lock, String(process.ppid));
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(lock, longAgo, longAgo);
  expect(await withFileLock(lock, async () => 'mine')).toBe('mine');
});

test('stops waiting when aborted', async () => {
  await withFileLock(lock, async () => {
    const waiting = withFileLock(lock, async () => 'never', { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
