import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { log, SetupError } from '../../packages/cli/launch/log.mjs';
import { setupCache, shown, toolEnv } from './paths.mjs';

const HEARTBEAT_MS = 10_000;
const QUOTED_LINES = 15;

/**
 * @typedef {object} Step
 * @property {string} name result of the step, for its lines and its log file.
 * @property {string} usual usual duration.
 * @property {string} command
 * @property {string[]} args
 * @property {string} cwd
 * @property {(line: string) => boolean | void} [onLine] receives each line of its output;
 * false: a message for programs, which the log leaves out.
 * @property {() => string} [progress] progress, for the heartbeat.
 * @property {(log: string) => string} hint hint for a failure, from the end of its output.
 * @property {AbortSignal} signal
 */

/**
 * Runs one step of the setup: prints its name and usual duration, its progress every few seconds,
 * and finally its duration. Its output goes to a log, and is quoted when it fails.
 * @param {Step} step
 */
export const runStep = async ({
  name,
  usual,
  command,
  args,
  cwd,
  onLine = () => {},
  progress = () => '',
  hint,
  signal,
}) => {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1_000)} s`;
  await mkdir(setupCache, { recursive: true });
  const logFile = join(setupCache, `${name.replaceAll(/\W+/g, '-')}.log`);
  const output = createWriteStream(logFile);
  log(`${name}: ${shown(command)} ${args.slice(0, 2).join(' ')} (usually ${usual})`);
  const heartbeat = setInterval(
    () => log(`${name}: ${[progress(), seconds()].filter(Boolean).join(', ')}`),
    HEARTBEAT_MS,
  );
  /** @type {string[]} */
  const last = [];
  /** @param {string} line */
  const onOutput = (line) => {
    if (onLine(line) === false) return;
    output.write(`${line}\n`);
    last.push(line);
    if (last.length > QUOTED_LINES) last.shift();
  };
  try {
    const failure = await runLines({ command, args, cwd, onOutput, signal });
    signal.throwIfAborted();
    if (failure === null) return log(`${name}: done in ${seconds()}`);
    const quote = last.map((line) => `  ${line}\n`).join('');
    throw new SetupError(
      `${name}: ${command} ${failure} after ${seconds()}\n${quote}  (all of it: ${shown(logFile)})`,
      hint(last.join('\n')),
    );
  } finally {
    clearInterval(heartbeat);
    output.end();
  }
};

/**
 * @param {{ command: string, args: string[], cwd: string, onOutput: (line: string) => void, signal:
 * AbortSignal }} run
 * @returns {Promise<string | null>} how it failed.
 */
const runLines = ({ command, args, cwd, onOutput, signal }) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: toolEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    // spawn's own `signal` is unsuitable: it reports an abort before the child has exited, and the
    // child would continue to write.
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', onOutput);
    child.once('error', (error) => resolve(`could not be run: ${error.message}`));
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      resolve(code === 0 ? null : `failed (${killedBy ?? `exit ${code}`})`);
    });
  });
