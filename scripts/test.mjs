// `npm test`: everything, and one closing line: `N passed, N failed`.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './launch/main.mjs';
import { findTool } from './setup/find-tool.mjs';
import { crate, root } from './setup/paths.mjs';
import { pinnedNode } from './setup/pinned-node.mjs';
import { say } from './setup/say.mjs';
import { provideServers } from './setup/servers.mjs';
import { setup } from './setup/setup.mjs';
import { lanes } from './test/lanes.mjs';
import { runCheck } from './test/run-check.mjs';
import { sum, tallyCargo, tallyVitest } from './test/tally.mjs';

/** @type {import('./test/tally.mjs').Tally[]} */
const tallies = [];
/** @type {string[]} */
const failures = [];

/** @param {AbortSignal} signal */
const runAll = async (signal) => {
  const servers = ['1.13.4', '1.11.0'];
  await setup({ servers, signal });
  await provideServers(servers, signal);
  const node = await pinnedNode();
  /** @param {string} name @param {string} command @param {string[]} args */
  const check = async (name, command, ...args) => {
    const result = await runCheck(name, command, args, signal);
    signal.throwIfAborted();
    if (!result.ok) failures.push(name);
    return result;
  };
  /** A check that counts no tests: one failure when it fails. @param {string} name @param {string} command @param {string[]} args */
  const gate = async (name, command, ...args) => {
    const { ok } = await check(name, command, ...args);
    if (!ok) tallies.push({ passed: 0, failed: 1, skipped: 0 });
  };

  await gate(
    'biome',
    node,
    join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'),
    'check',
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await gate('tsc', node, tsc, '--noEmit');
  // Sources that run in browsers, and the only ones that may use what is there.
  for (const folder of ['packages/beacon', 'packages/report/src/html/page']) {
    await gate(`tsc, ${folder}`, node, tsc, '--noEmit', '-p', join(root, folder));
  }

  // The release profile, as the addon: its dependencies (C code among them) are not compiled a second time.
  const cargo = await findTool('cargo');
  if (cargo === null) say('cargo test: skipped, there is no Rust here');
  else {
    const where = [
      '--release',
      '--locked',
      '--manifest-path',
      join(crate, 'Cargo.toml'),
      '--target-dir',
      join(crate, 'target'),
    ];
    if ((await findTool('cargo-clippy')) === null)
      say('clippy: skipped, not installed ("rustup component add clippy")');
    else {
      await gate(
        'clippy',
        cargo,
        'clippy',
        '--quiet',
        ...where,
        '--all-targets',
        '--',
        '-D',
        'warnings',
      );
      // The plain path that other systems take, so that it does not rot.
      await gate(
        'clippy, portable',
        cargo,
        'clippy',
        '--quiet',
        ...where,
        '--features',
        'portable',
        '--',
        '-D',
        'warnings',
      );
    }
    const { ok, output } = await check('cargo test', cargo, 'test', ...where);
    tallies.push(tallyCargo(output, ok));
  }

  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  for (const group of lanes()) await Promise.all(group.map(runLane));

  /** @param {import('./test/lanes.mjs').Lane} lane */
  async function runLane({ name, args }) {
    const report = join(root, '.cache', `vitest-${name.replaceAll(/[^a-z]+/g, '-')}.json`);
    await rm(report, { force: true });
    const { ok } = await check(
      `vitest, ${name}`,
      node,
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    );
    tallies.push(tallyVitest(await readFile(report, 'utf8').catch(() => null), ok));
  }
  say('tests that need a whole Kubernetes: skipped, "npm run test:kubernetes" runs them');
};

const close = async () => {
  const { passed, failed, skipped } = sum(tallies);
  if (skipped > 0) say(`${skipped} tests were skipped`);
  if (failures.length > 0) say(`failed: ${failures.join(', ')}`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && failures.length === 0 ? 0 : 1;
};

await main(runAll, close);
