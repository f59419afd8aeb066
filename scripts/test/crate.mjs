import { join } from 'node:path';
import { installCommands } from '../../packages/host/src/install-commands.mjs';
import { builtProfile } from '../setup/addon.mjs';
import { findTool } from '../setup/find-tool.mjs';
import { crate, impairment } from '../setup/paths.mjs';
import { runCommand } from './run-command.mjs';
import { NONE, sum, tallyCargo } from './tally.mjs';

const installRust = () => `Rust is not installed: ${installCommands(['rust']).join('; ')}`;

/**
 * Runs Clippy and the tests of the Rust crate in the profile of the built addon, so that its
 * dependencies (C code among them) are compiled only once.
 * @param {AbortSignal} signal
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export const testCrate = async (signal) => {
  const cargo = await findTool('cargo');
  if (cargo === null)
    return { ...NONE, skipped: [{ name: 'cargo test, clippy', why: installRust() }] };
  const options = [
    ...['--profile', (await builtProfile()) ?? 'release'],
    '--locked',
    ...['--manifest-path', join(crate, 'Cargo.toml')],
    ...['--target-dir', join(crate, 'target')],
  ];
  // The floor program of benchmarks is left out: it has no tests, and linking it takes as long as
  // the others.
  const programs = impairment === null ? [] : ['--bin', 'swarm-impair'];
  const { ok, output } = await runCommand(
    'cargo test',
    cargo,
    ['test', ...options, '--lib', ...programs],
    signal,
  );
  return sum([await clippy(cargo, options, signal), tallyCargo('cargo test', output, ok)]);
};

/**
 * @param {string} cargo @param {string[]} options @param {AbortSignal} signal
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
const clippy = async (cargo, options, signal) => {
  if ((await findTool('cargo-clippy')) === null)
    return {
      ...NONE,
      skipped: [{ name: 'clippy', why: 'clippy is not installed: rustup component add clippy' }],
    };
  const tallies = [];
  // The plain path of other systems is checked as well.
  for (const [name, more] of /** @type {const} */ ([
    ['clippy', ['--all-targets']],
    ['clippy, portable', ['--features', 'portable']],
  ])) {
    const { ok } = await runCommand(
      name,
      cargo,
      ['clippy', '--quiet', ...options, ...more, '--', '-D', 'warnings'],
      signal,
    );
    tallies.push({ ...NONE, failed: ok ? [] : [name] });
  }
  return sum(tallies);
};
