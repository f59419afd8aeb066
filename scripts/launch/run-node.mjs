import { spawn } from 'node:child_process';
import { join, sep } from 'node:path';
import { root } from '../setup/paths.mjs';
import { pinnedNode } from '../setup/pinned-node.mjs';
import { listenForSignals, signalExitCode } from './signals.mjs';

/** What Node keeps of sources it has read, types stripped: programs and their workers start faster and need less memory. */
const compileCache = join(root, '.cache', 'node');

/**
 * Runs a TypeScript program under the pinned Node and resolves with its exit code (128 + n for a signal).
 *
 * It runs in a session of its own, so a terminal's Ctrl-C does not reach it directly: what is meant for it is passed on, once. Its IPC
 * channel carries nothing; its end shows the program that the launcher is gone, even by SIGKILL (`watchParent` in packages/lab).
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export const runNode = async (program, args) => {
  const node = await pinnedNode();
  return new Promise((resolve, reject) => {
    const child = spawn(node, [program, ...args], {
      cwd: callersFolder(),
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    const stop = listenForSignals((signal) => void child.kill(signal));
    const resize = () => void child.kill('SIGWINCH');
    process.on('SIGWINCH', resize);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stop();
      process.off('SIGWINCH', resize);
      resolve(code ?? (signal === null ? 1 : signalExitCode(signal)));
    });
  });
};

/** Where the user typed the command: npm moves to the folder of a package.json above it, and relative paths would mean something else. */
const callersFolder = () => {
  const here = process.cwd();
  const typed = process.env.INIT_CWD;
  const moved =
    typed !== undefined && `${here}${sep}`.startsWith(root) && typed.startsWith(`${here}${sep}`);
  return moved ? typed : here;
};
