import { spawn } from 'node:child_process';
import { root, toolEnv } from './paths.mjs';

/**
 * Runs a command with its output on the terminal; its stdout goes to stderr.
 * @param {string} command
 * @param {string[]} args
 * @param {AbortSignal} signal
 * @returns {Promise<number>} its exit code, 1 when a signal ended it.
 */
export const runWithOutput = (command, args, signal) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnv(), stdio: ['ignore', 2, 2] });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 1);
    });
  });
