import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Under npm, a repetition within this time is an echo: npm forwards what the terminal sent to the whole process group. */
const ECHO_MS = 300;
const PARENT_POLL_MS = 500;

/** @param {NodeJS.Signals} signal @returns {number} a shell's exit code for it. */
export const signalExitCode = (signal) => 128 + constants.signals[signal];

/**
 * Calls `onSignal` once for each SIGINT, SIGTERM and SIGHUP meant for this process, and `onGone` when npm, which started it, is killed: by default as a
 * SIGHUP.
 *
 * @param {(signal: NodeJS.Signals) => void} onSignal
 * @param {() => void} [onGone]
 * @returns {() => void} removes the listeners.
 */
export const listenForSignals = (onSignal, onGone) => {
  const npm = findNpm();
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  /** @param {NodeJS.Signals} signal */
  const onReceived = (signal) => {
    const now = performance.now();
    const echo = npm !== null && now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < ECHO_MS;
    last.set(signal, now);
    if (!echo) onSignal(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onReceived);

  const stopWatching = watchNpm(onGone ?? (() => onReceived('SIGHUP')), npm);
  return () => {
    stopWatching();
    for (const signal of signals) process.off(signal, onReceived);
  };
};

/**
 * Calls `onGone` once when npm, which started this process, is killed. Started by hand, a process
 * may outlive the shell (nohup).
 *
 * @param {() => void} onGone
 * @param {Npm | null} npm
 * @returns {() => void} ends the watch.
 */
export const watchNpm = (onGone, npm = findNpm()) => {
  if (npm === null) return () => {};
  const watch = setInterval(() => {
    if (!npm.isGone()) return;
    clearInterval(watch);
    onGone();
  }, PARENT_POLL_MS);
  watch.unref();
  return () => clearInterval(watch);
};

/** @typedef {{ isGone: () => boolean }} Npm the npm or npx that started this process, directly or through a shell. */

/** @returns {Npm | null} null when npm did not start this process. */
const findNpm = () => {
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent;
  // Without /proc (not Linux), only npm's variables show that it is an ancestor.
  if (commandLine(process.pid) === null)
    return process.env.npm_execpath === undefined ? null : { isGone: orphaned };
  if (isNpm(parent)) return { isGone: orphaned };
  const grandparent = parentOf(parent);
  if (!isShell(parent) || grandparent === null || !isNpm(grandparent)) return null;
  return { isGone: () => orphaned() || parentOf(parent) !== grandparent };
};

/** @param {number} pid */
const isNpm = (pid) => /(^|[\s/\0])np[mx]([\s\0.-]|$)/.test(commandLine(pid) ?? '');

/** @param {number} pid */
const isShell = (pid) => /^\S*sh\0-c\0/.test(commandLine(pid) ?? '');

/** @param {number} pid @returns {string | null} arguments, each ended by NUL (proc(5)). */
const commandLine = (pid) => read(`/proc/${pid}/cmdline`);

/**
 * The second field after the name, which may contain any character, also parentheses (proc(5)).
 *
 * @param {number} pid @returns {number | null}
 */
const parentOf = (pid) => {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};
