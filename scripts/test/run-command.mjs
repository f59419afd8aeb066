import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { root, toolEnv } from '../setup/paths.mjs';

/**
 * Time limit of a command, minutes: a test that spins cannot be stopped from within. Each project
 * of tests takes less than 100 minutes on two cores.
 */
const DEADLINE_MINUTES = 120;
const GRACE_MS = 10_000;

/**
 * Runs a command with its output on the terminal. All of its processes are ended when `signal`
 * aborts, which is also thrown, or after two hours.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {AbortSignal} signal
 * @param {Record<string, string>} more of its environment.
 * @returns {Promise<{ ok: boolean, output: string }>} `output`: of stdout.
 */
export const runCommand = (name, command, args, signal, more = {}) => {
  log(`${name} …`);
  const started = performance.now();
  const env = { ...toolEnv(), ...more };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      // Tests use Node 24 and the tools of this checkout.
      env: { ...env, PATH: `${join(root, 'node_modules', '.bin')}:${env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
      // The command has its own process group, which can be ended as a whole.
      detached: true,
    });
    let killing = setTimeout(() => {
      log(`${name}: not done after ${DEADLINE_MINUTES} minutes, ending it`);
      stop();
    }, DEADLINE_MINUTES * 60_000);
    const stop = () => {
      clearTimeout(killing);
      endGroup(child.pid, 'SIGTERM');
      killing = setTimeout(() => endGroup(child.pid, 'SIGKILL'), GRACE_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
      log(
        `${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${Math.round((performance.now() - started) / 1_000)} s`,
      );
      if (signal.aborted) reject(signal.reason);
      else resolve({ ok: code === 0, output });
    });
  });
};

/** @param {number | undefined} pid of its leader. @param {NodeJS.Signals} signal */
const endGroup = (pid, signal) => {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All processes have ended.
  }
};
