/*
 * `npm test`: static checks, the tests of the crate, all unit tests, and one real test per capability.
 * `npm run test:all`: everything. With `--after-npm-test`, only what `npm test` leaves out: its results, as it left them, are added.
 *
 * The last line is `N passed, N failed`.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { log, SetupError } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { pinnedNode } from '../packages/cli/launch/run-node.mjs';
import { CHECKS } from './check/checks.mjs';
import { runChecks } from './check/run-checks.mjs';
import { root } from './setup/paths.mjs';
import { provideServers } from './setup/servers.mjs';
import { setup } from './setup/setup.mjs';
import { testCrate } from './test/crate.mjs';
import { fuzzCrate } from './test/fuzz.mjs';
import { runVitest } from './test/run-vitest.mjs';
import { describeTally, NONE, sum } from './test/tally.mjs';

/** What the last `npm test` came to. */
const QUICK_TALLY = join(root, '.cache', 'tests', 'npm-test.json');

const all = process.argv.includes('--all');
const afterQuick = process.argv.includes('--after-npm-test');

/** @type {import('./test/tally.mjs').Tally[]} */
const tallies = [];

/** @param {AbortSignal} signal */
const runTests = async (signal) => {
  const servers = all ? ['1.13.4', '1.11.0'] : ['1.13.4'];
  await setup({ servers, signal });
  await provideServers(servers, signal);
  tallies.push(afterQuick ? await readQuick() : await runQuick(signal));
  if (all) {
    tallies.push(await fuzzCrate({ seconds: 60, target: 'fuzz' }, signal));
    tallies.push(await runVitest(['real', 'measured'], signal));
  } else log('more real tests: "npm run test:all" runs them');
  log('tests that need a Kubernetes cluster: "npm run test:kubernetes" runs them');
};

/** @param {AbortSignal} signal */
const runQuick = async (signal) => {
  await rm(QUICK_TALLY, { force: true });
  const failed = await runChecks(CHECKS, await pinnedNode(), signal);
  const checks = { ...NONE, failed: failed.length };
  const tally = sum([checks, await testCrate(signal), await runVitest(['unit', 'smoke'], signal)]);
  await mkdir(dirname(QUICK_TALLY), { recursive: true });
  await writeFile(QUICK_TALLY, JSON.stringify(tally));
  return tally;
};

/** @returns {Promise<import('./test/tally.mjs').Tally>} */
const readQuick = async () => {
  const text = await readFile(QUICK_TALLY, 'utf8').catch(() => null);
  if (text === null)
    throw new SetupError('no results of "npm test" to continue from', 'run "npm test" first');
  return JSON.parse(text);
};

const close = async () => {
  const tally = sum(tallies);
  for (const line of describeTally(tally)) process.stderr.write(`${line}\n`);
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  return tally.failed === 0 ? 0 : 1;
};

await main(runTests, close);
