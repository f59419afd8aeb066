import { constants } from 'node:os';
import { findNpm } from './npm-above.mjs';

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
  const npm = findNpm();
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  /** @param {NodeJS.Signals} signal */
  const hear = (signal) => {
    const now = performance.now();
    const echo = npm !== null && now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < ECHO_MS;
    last.set(signal, now);
    if (!echo) onSignal(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, hear);

  // Started by hand, we may well outlive the shell (nohup).
  const watch =
    npm === null ? undefined : setInterval(() => npm.isGone() && orphaned(), PARENT_POLL_MS);
  watch?.unref();
  const orphaned = () => {
    clearInterval(watch);
    hear('SIGHUP');
  };
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, hear);
  };
};
