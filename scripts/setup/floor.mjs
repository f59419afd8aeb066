import { join } from 'node:path';
import { SetupError } from '../../packages/cli/launch/log.mjs';
import { findTool } from './find-tool.mjs';
import { crate } from './paths.mjs';
import { runStep } from './run-step.mjs';

/**
 * Builds the floors of benchmarks from the crate of the media engine: bare UDP with encryption, and
 * the handshakes of a join. Cargo decides whether they are up to date.
 * @param {AbortSignal} signal
 */
export const buildFloor = async (signal) => {
  const cargo = await findTool('cargo');
  if (cargo === null)
    throw new SetupError(
      'benchmarks need Rust for their floor, and there is none here',
      'install it from https://rustup.rs',
    );
  await runStep({
    name: 'floor of the benchmarks (Rust)',
    usual: 'seconds, beside a built media engine',
    command: cargo,
    args: [
      'build',
      '--release',
      '--locked',
      '--bin',
      'udp-floor',
      '--bin',
      'join-floor',
      '--target-dir',
      join(crate, 'target'),
    ],
    cwd: crate,
    hint: () => 'does "npm start" work? It builds the same crate',
    signal,
  });
};
