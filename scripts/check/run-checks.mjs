import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { root, toolEnv } from '../setup/paths.mjs';

/** Fewest checks at a time: each of them waits for the disk now and then. */
const AT_LEAST = 2;

/**
 * Runs checks in parallel, one per core. Output of a failed check goes to the terminal in one
 * piece.
 * @param {readonly import('./checks.mjs').Check[]} checks
 * @param {string} node
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>} names of those that failed.
 */
export const runChecks = async (checks, node, signal) => {
  const started = performance.now();
  const waiting = [...checks];
  /** @type {string[]} */
  const failed = [];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      signal.throwIfAborted();
      const { ok, output, seconds } = await runCheck(check, node, signal);
      log(`${check.name}: ${ok ? 'ok' : 'FAILED'} in ${seconds} s`);
      if (ok && check.summary) log(output.trimEnd().split('\n').at(-1) ?? '');
      if (ok) continue;
      failed.push(check.name);
      process.stdout.write(output);
    }
  };
  await Promise.all(Array.from({ length: Math.max(AT_LEAST, availableParallelism()) }, lane));
  signal.throwIfAborted();
  log(`${checks.length} checks, ${failed.length} failed, in ${secondsSince(started)} s`);
  return failed;
};

/**
 * @param {import('./checks.mjs').Check} check @param {string} node @param {AbortSignal} signal
 * @returns {Promise<{ ok: boolean, output: string, seconds: number }>}
 */
const runCheck = ({ program, args }, node, signal) =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(node, [join(root, program), ...args], {
      cwd: root,
      env: { ...toolEnv(), ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ ok: code === 0, output, seconds: secondsSince(started) });
    });
  });

/** @param {number} started */
const secondsSince = (started) => Math.round((performance.now() - started) / 1_000);
