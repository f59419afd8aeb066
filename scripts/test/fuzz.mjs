import { join } from 'node:path';
import { findTool } from '../setup/find-tool.mjs';
import { crate, impairment } from '../setup/paths.mjs';
import { runCommand } from './run-command.mjs';
import { NONE, tallyCargo } from './tally.mjs';

/**
 * Number of threads, more than there are targets: all run at the same time, so that all take as
 * long as one.
 */
const THREADS = '32';

/**
 * Runs the fuzz targets of the Rust crate with random inputs.
 *
 * @param {{ seconds: number, target: string }} what `target`: part of the name of the targets.
 * @param {AbortSignal} signal
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export const fuzzCrate = async ({ seconds, target }, signal) => {
  const cargo = await findTool('cargo');
  if (cargo === null)
    return { ...NONE, skipped: [{ name: 'fuzz targets', why: 'Rust is not installed' }] };
  const options = [
    ...['--release', '--locked', '--lib'],
    ...(impairment === null ? [] : ['--bin', 'swarm-impair']),
    ...['--manifest-path', join(crate, 'Cargo.toml')],
    ...['--target-dir', join(crate, 'target')],
  ];
  const name = `fuzz targets, ${seconds} s`;
  const { ok, output } = await runCommand(
    name,
    cargo,
    ['test', ...options, '--', target, '--nocapture', '--test-threads', THREADS],
    signal,
    {
      BOLERO_RANDOM_TEST_TIME_MS: String(seconds * 1_000),
      BOLERO_RANDOM_ITERATIONS: String(Number.MAX_SAFE_INTEGER),
    },
  );
  return tallyCargo(name, output, ok);
};
