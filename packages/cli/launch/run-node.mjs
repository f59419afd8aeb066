import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SetupError } from './log.mjs';
import { listenForSignals, signalExitCode } from './signals.mjs';
import { callersFolder, compileCache } from './surroundings.mjs';

const MAJOR = 24;

/** Time for a program to end on its own when npm, which started its launcher, was killed, ms. */
const ORPHAN_MS = 2_000;

const isRecent = () => Number.parseInt(process.versions.node, 10) >= MAJOR;

/** The Node for tools of a checkout, and where this one is too old: the one that npm installed as an optional dependency, else this one if it is recent enough. */
export const pinnedNode = async () => {
  const platform = `${process.platform}-${process.arch}`;
  // That one is for glibc, and npm installs it also where the C library is musl.
  const pinned = usesMusl() ? null : installedNode(`node-${platform}`);
  if (pinned !== null) {
    const installed = await access(pinned, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (installed) return pinned;
  }
  if (isRecent()) return process.execPath;
  throw new SetupError(
    `Node ${MAJOR} is required: this is ${process.version}, and node_modules has none for ${platform}`,
    `install Node ${MAJOR} from https://nodejs.org/en/download and start again`,
  );
};

/** Only glibc has a version in the report of Node. */
const usesMusl = () => {
  if (process.platform !== 'linux') return false;
  // Looks names of network interfaces up otherwise.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return header.glibcVersionRuntime === undefined;
};

/** @param {string} name of a package. @returns {string | null} its program; null when it is not installed. */
const installedNode = (name) => {
  try {
    const description = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(description), 'bin', 'node');
  } catch {
    return null;
  }
};

/**
 * Runs `swarm`: in this process if its Node is recent enough. Young objects get 1 MiB instead of 16:
 * collections are more frequent, and 15 to 20 MB of memory are never touched.
 *
 * @param {string} program
 * @param {string[]} args
 */
export const runSwarm = async (program, args) => {
  if (!isRecent()) return runNode(program, args, ['--max-semi-space-size=1']);
  // Imports parts of Node that older versions lack.
  const { runHere } = await import('./run-here.mjs');
  return runHere(program, args);
};

/**
 * Runs a program under the pinned Node and resolves with its exit code (128 + n for a signal).
 *
 * It runs in a session of its own, so a terminal's Ctrl-C does not reach it directly: each signal is forwarded once. Its IPC
 * channel carries no messages; when it closes, the launcher is gone, even by SIGKILL (`watchInterruption` in packages/host).
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string[]} flags of Node
 * @returns {Promise<number>}
 */
export const runNode = async (program, args, flags = []) => {
  const node = await pinnedNode();
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...flags, program, ...args], {
      cwd: callersFolder(),
      env: {
        ...(compileCache !== null && { NODE_COMPILE_CACHE: compileCache }),
        ...process.env,
      },
      detached: true,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    /** @type {NodeJS.Timeout | undefined} */
    let patience;
    const stop = listenForSignals(
      (signal) => void child.kill(signal),
      () => {
        // As if the launcher had died: SIGHUP alone would ask an exporter to read its configuration again.
        if (child.connected) child.disconnect();
        // For programs that do not watch the channel.
        patience = setTimeout(() => void child.kill('SIGHUP'), ORPHAN_MS);
      },
    );
    const resize = () => void child.kill('SIGWINCH');
    process.on('SIGWINCH', resize);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      stop();
      clearTimeout(patience);
      process.off('SIGWINCH', resize);
      resolve(code ?? (signal === null ? 1 : signalExitCode(signal)));
    });
  });
};
