import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Under npm, the same signal within this time is the same one: npm passes on what the terminal sent to all of us already. */
const ECHO_MS = 300;
const PARENT_POLL_MS = 500;

/** @param {NodeJS.Signals} signal @returns {number} a shell's exit code for it. */
export const signalExitCode = (signal) => 128 + constants.signals[signal];

/**
 * Calls `onSignal` once for each SIGINT, SIGTERM and SIGHUP meant for this process, and with SIGHUP when npm, which started it, is killed.
 *
 * @param {(signal: NodeJS.Signals) => void} onSignal
 * @returns {() => void} ends it.
 */
export const listenForSignals = (onSignal) => {
  const underNpm = isNpm(process.ppid);
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  /** @param {NodeJS.Signals} signal */
  const hear = (signal) => {
    const now = performance.now();
    const echo = underNpm && now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < ECHO_MS;
    last.set(signal, now);
    if (!echo) onSignal(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, hear);

  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    hear('SIGHUP');
  }, PARENT_POLL_MS);
  watch.unref();
  // Started by hand, we may well outlive the shell (nohup).
  if (!underNpm) clearInterval(watch);
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, hear);
  };
};

/** @param {number} pid */
const isNpm = (pid) => {
  try {
    return /(^|[\s/\0])np[mx]([\s\0.-]|$)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    // Not Linux: npm's variables say that it is somewhere above.
    return process.env.npm_execpath !== undefined;
  }
};
