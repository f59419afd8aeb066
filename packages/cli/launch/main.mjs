import { SETUP_FAILED, SetupError } from './log.mjs';
import { listenForSignals, signalExitCode } from './signals.mjs';

const OLDEST_NODE = 20;

/**
 * Runs a program: signals end it in order, errors are printed without a stack trace.
 *
 * @param {(signal: AbortSignal) => Promise<void>} prepare ends early when the signal aborts.
 * @param {() => Promise<number>} run handles signals itself; returns the exit code.
 */
export const main = async (prepare, run) => {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    process.stderr.write(
      `This is Node ${process.version}; ${OLDEST_NODE} or newer is needed: https://nodejs.org/en/download\n`,
    );
    process.exit(SETUP_FAILED);
  }
  const abort = new AbortController();
  /** @type {NodeJS.Signals | undefined} */
  let interrupted;
  const stop = listenForSignals((signal) => {
    interrupted ??= signal;
    abort.abort();
  });
  try {
    await prepare(abort.signal);
    stop();
    process.exitCode = interrupted === undefined ? await run() : signalExitCode(interrupted);
  } catch (error) {
    if (interrupted !== undefined) {
      process.stderr.write(`setup: interrupted (${interrupted}); what is done is kept\n`);
      process.exitCode = signalExitCode(interrupted);
    } else if (error instanceof SetupError) {
      process.stderr.write(`\n${error.message}\n\nWhat to do: ${error.hint}\n`);
      process.exitCode = SETUP_FAILED;
    } else {
      process.stderr.write(
        `setup: ${error instanceof Error ? (process.env.SWARM_DEBUG ? error.stack : error.message) : error}\n`,
      );
      process.exitCode = 1;
    }
  }
};
