import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { root, toolEnv } from './paths.mjs';

/** Niceness, which processes that it starts inherit. */
const LOWER_PRIORITY = 1;

/**
 * Runs a command with its output on the terminal; its stdout goes to stderr.
 * @param {string} command
 * @param {string[]} args
 * @param {AbortSignal} signal
 * @param {{ yields?: boolean }} [options] `yields`: other programs of the setup get the CPU first.
 * @returns {Promise<number>} its exit code, 1 when a signal ended it.
 */
export const runWithOutput = (command, args, signal, { yields = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnv(), stdio: ['ignore', 2, 2] });
    if (yields && child.pid !== undefined) setPriority(child.pid, LOWER_PRIORITY);
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 1);
    });
  });
