import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, toolEnv } from '../setup/paths.mjs';
import { say } from '../setup/say.mjs';

/**
 * Runs one check with its output on the terminal.
 *
 * @param {string} name @param {string} command @param {string[]} args
 * @param {AbortSignal} signal
 * @returns {Promise<{ ok: boolean, output: string }>} `output`: of stdout.
 */
export const runCheck = (name, command, args, signal) => {
  say(`${name} …`);
  const started = performance.now();
  const env = toolEnv();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      // Tests find Node 24 and the tools of this checkout first.
      env: { ...env, PATH: `${join(root, 'node_modules', '.bin')}:${env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      say(`${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${Math.round((performance.now() - started) / 1_000)} s`);
      resolve({ ok: code === 0, output });
    });
  });
};
