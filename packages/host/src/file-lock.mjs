// Plain JavaScript: the setup scripts use it before Node 24, which runs TypeScript, is installed.
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often … */
const HEARTBEAT_MS = 2_000;
/** … so one this old has no holder, even if its process id is in use again. A laptop that slept wakes its holder first. */
const STALE_MS = 60_000;
const POLL_MS = 200;

/**
 * Runs `work` while holding a lock file, so that two processes never do it at once. A lock whose holder died is taken over.
 *
 * @template T
 * @param {string} path of the lock file; its folder is created.
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: number) => void, signal?: AbortSignal }} [options] `onWait` is called once, with the process id of the holder.
 * @returns {Promise<T>} what `work` returned.
 */
export const withFileLock = async (path, work, { onWait, signal } = {}) => {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await tryCreate(path))) {
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (holder.dead) await takeAway(path, holder);
    else {
      if (!told) onWait?.(holder.pid);
      told = true;
      await sleep(POLL_MS, undefined, { signal });
    }
  }
  const mine = await readHolder(path);
  const heartbeat = setInterval(
    () => void utimes(path, new Date(), new Date()).catch(() => {}),
    HEARTBEAT_MS,
  );
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    // After a suspend of the host, another process may hold it.
    if ((await readHolder(path))?.inode === mine?.inode) await rm(path, { force: true });
  }
};

/** @param {string} path */
const tryCreate = (path) =>
  writeFile(path, String(process.pid), { flag: 'wx' }).then(
    () => true,
    (error) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

/** @typedef {{ pid: number, inode: number, dead: boolean }} Holder */

/** @param {string} path @returns {Promise<Holder | null>} null when the lock has just been released. */
const readHolder = async (path) => {
  try {
    const [text, { mtimeMs, ino }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const pid = Number(text);
    // Empty: its holder is between creating and writing it.
    const gone = text !== '' && !isAlive(pid);
    return { pid, inode: ino, dead: gone || Date.now() - mtimeMs > STALE_MS };
  } catch {
    return null;
  }
};

/**
 * Removes the lock of a dead holder. Only one waiting process does so at a time, and it checks again.
 *
 * @param {string} path @param {Holder} holder
 */
const takeAway = async (path, holder) => {
  const cleanupLock = `${path}.stale`;
  try {
    await writeFile(cleanupLock, '', { flag: 'wx' });
  } catch {
    // Another process is removing the lock. One that died while doing so must not block all others.
    const age = await stat(cleanupLock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(cleanupLock, { force: true });
    await sleep(POLL_MS);
    return;
  }
  try {
    if ((await readHolder(path))?.inode === holder.inode) await rm(path, { force: true });
  } finally {
    await rm(cleanupLock, { force: true });
  }
};

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is alive and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
