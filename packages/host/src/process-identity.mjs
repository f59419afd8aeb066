// Plain JavaScript: the file lock of the setup scripts needs it, before Node 24, which runs
// TypeScript, is installed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Identifies a process: ids are used again, so its start time is part of the identity.
 *
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {number | null} startedAt Linux: clock ticks after the boot (proc(5), field 22 of
 *   `stat`). Elsewhere: seconds after 1970, as `ps` gives them. Null: not known, so that it is the
 *   same as no process.
 * @property {string | null} bootId Linux: since another boot, another process may have the same
 *   ticks (random(4), `boot_id`). Null elsewhere, where the start is a date.
 */

/**
 * Identity of a running process; null if it does not exist, or is a zombie.
 *
 * @param {number} pid
 * @param {NodeJS.Platform} [platform] another platform, for tests
 * @returns {ProcessIdentity | null}
 */
export const identifyProcess = (pid, platform = process.platform) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return null;
  }
  return platform === 'linux' ? inProc(pid) : fromPs(pid);
};

/**
 * Returns true if the process still runs. An incomplete identity gives false: otherwise another
 * process could be mistaken for it, and killed.
 *
 * @param {ProcessIdentity} identity
 */
export const isSameProcess = ({ pid, startedAt, bootId }) => {
  if (startedAt === null) return false;
  const now = identifyProcess(pid);
  return now !== null && now.startedAt === startedAt && now.bootId === bootId;
};

/** @param {number} pid @returns {ProcessIdentity | null} */
const inProc = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain any character; the state is the first field after the
    // last parenthesis.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : { pid, startedAt: Number(fields[18]), bootId: bootId() };
  } catch {
    return null;
  }
};

/** @type {string | undefined} */
let boot;
const bootId = () => (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

/**
 * Reads the start time with ps(1) `lstart`, which macOS and the BSDs have in addition to POSIX.
 *
 * @param {number} pid
 * @returns {ProcessIdentity | null}
 */
const fromPs = (pid) => {
  let line;
  try {
    line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', `${pid}`], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch (error) {
    // ps ends with 1 if there is no such process; without ps, nothing is known.
    const ended = error instanceof Error && 'status' in error && error.status === 1;
    return ended ? null : { pid, startedAt: null, bootId: null };
  }
  const [, state = '', start = ''] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
  if (state.startsWith('Z')) return null;
  const seconds = Date.parse(`${start} UTC`) / 1_000;
  return { pid, startedAt: Number.isFinite(seconds) ? seconds : null, bootId: null };
};
