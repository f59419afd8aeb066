import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { watchNpm } from './signals.mjs';
import { callersFolder, compileCache } from './surroundings.mjs';

/**
 * Runs a program in this process, which ends with it: a second Node would cost 20 MB and a start.
 *
 * Signals reach the program directly. When npm, which started it, is killed, it gets the event of a
 * launcher that died, or the signal of a closed terminal if it has no listener; its workers and
 * guards notice the end of its process.
 *
 * @param {string} program path of a JavaScript module
 * @param {string[]} args
 * @returns {Promise<number>} the exit code, unless the program ends the process itself.
 */
export const runHere = async (program, args) => {
  // Keeps the space of young objects at 1 MiB. `--max-semi-space-size`, which a Node of its own
  // gets for that, has no effect on a heap that exists.
  setFlagsFromString('--semi-space-growth-factor=1');
  if (compileCache !== null) {
    // For workers; a user's own choice remains.
    process.env.NODE_COMPILE_CACHE ??= compileCache;
    enableCompileCache(process.env.NODE_COMPILE_CACHE);
  }
  process.chdir(callersFolder());
  process.argv = [process.execPath, program, ...args];
  watchNpm(() => {
    // SIGHUP asks an exporter to read its configuration again.
    if (!process.emit('disconnect')) process.kill(process.pid, 'SIGHUP');
  });
  await import(pathToFileURL(program).href);
  return Number(process.exitCode ?? 0);
};
