// Plain JavaScript: the setup scripts use it before Node 24, which runs TypeScript, is installed.
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess, isSameProcess } from './process-identity.mjs';

/** Interval at which the holder touches its lock, ms. */
const HEARTBEAT_MS = 2_000;
/**
 * Age from which a lock counts as abandoned if its holder cannot be looked up (on another machine,
 * in another PID namespace, or before the last boot), ms. A holder that can be looked up keeps its
 * lock, even while it is suspended.
 */
const STALE_MS = 60_000;
const POLL_MS = 200;

/**
 * Runs `work` while holding a lock file, so that two processes never do it at once. A lock whose
 * holder died is taken over.
 *
 * @template T
 * @param {string} path of the lock file; its folder is created.
 * @param {(lost: AbortSignal) => Promise<T>} work `lost` is aborted when another process took the
 *   lock over: it was suspended too long, and must not continue.
 * @param {{ onWait?: (pid: number) => void, signal?: AbortSignal }} [options] `onWait` is called
 *   once, with the process id of the holder.
 * @returns {Promise<T>} what `work` returned.
 * @throws what `work` throws; Error when the lock was taken over
 */
export const withFileLock = async (path, work, { onWait, signal } = {}) => {
  await mkdir(dirname(path), { recursive: true });
  const mine = newNote();
  let told = false;
  while (!(await tryCreate(path, mine))) {
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (holder.dead) await takeAway(path, holder);
    else {
      if (!told) onWait?.(holder.pid);
      told = true;
      await sleep(POLL_MS, undefined, { signal });
    }
  }
  const lost = new AbortController();
  const beat = async () => {
    const holder = await readHolder(path);
    if (holder?.note === mine) await utimes(path, new Date(), new Date());
    else lost.abort(takenOver(path, holder));
  };
  // An error of the file system does not prove that the lock is lost: the next beat checks again.
  const heartbeat = setInterval(() => void beat().catch(() => {}), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    const result = await work(lost.signal);
    lost.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    clearInterval(heartbeat);
    const holder = await readHolder(path).catch(() => null);
    if (holder?.note === mine) await rm(path, { force: true });
  }
};

/** @param {string} path @param {Holder | null} holder */
const takenOver = (path, holder) =>
  new Error(
    `the lock ${path} was ${holder === null ? 'removed' : `taken over by process ${holder.pid}`} while this process held it: it had not touched it for more than ${STALE_MS / 1_000} s. Start it again`,
  );

/** Scope within which process ids are unique: one boot and one PID namespace. */
const placeOf = (/** @type {string | null} */ bootId) =>
  `${bootId ?? hostname()}/${pidNamespace()}`;

const pidNamespace = () => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
};

/**
 * Content of a lock: the process, its scope, and an id that distinguishes the lock from every
 * other.
 */
const newNote = () => {
  const startedAt = self()?.startedAt ?? '';
  return [process.pid, startedAt, ownBootId() ?? '', placeOf(ownBootId()), randomUUID()].join(' ');
};

/** @type {import('./process-identity.mjs').ProcessIdentity | null} */
let identity = null;
const self = () => (identity ??= identifyProcess(process.pid));
const ownBootId = () => self()?.bootId ?? null;

/** @param {string} path @param {string} note */
const tryCreate = (path, note) =>
  writeFile(path, note, { flag: 'wx' }).then(
    () => true,
    (error) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

/** @typedef {{ pid: number, note: string, dead: boolean }} Holder */

/**
 * @param {string} path
 * @returns {Promise<Holder | null>} null when the lock has just been released.
 */
const readHolder = async (path) => {
  try {
    const [note, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const [pid = '', startedAt = '', boot = '', place = ''] = note.split(' ');
    const bootId = boot === '' ? null : boot;
    const canLookUp = startedAt !== '' && place === placeOf(ownBootId());
    const dead = canLookUp
      ? !isSameProcess({ pid: Number(pid), startedAt: Number(startedAt), bootId })
      : Date.now() - mtimeMs > STALE_MS;
    return { pid: Number(pid), note, dead };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

/**
 * Removes the lock of a dead holder. Only one waiting process does so at a time, and it checks
 * again.
 *
 * @param {string} path
 * @param {Holder} holder
 */
const takeAway = async (path, holder) => {
  const cleanupLock = `${path}.stale`;
  try {
    await writeFile(cleanupLock, '', { flag: 'wx' });
  } catch {
    // Another process is removing the lock. If it died while doing so, it must not block all
    // others.
    const age = await stat(cleanupLock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(cleanupLock, { force: true });
    await sleep(POLL_MS);
    return;
  }
  try {
    if ((await readHolder(path))?.note === holder.note) await rm(path, { force: true });
  } finally {
    await rm(cleanupLock, { force: true });
  }
};
