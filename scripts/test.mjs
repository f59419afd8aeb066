/*
 * `npm test`: static checks, the tests of the crate, all unit tests, and one real test per
 * capability.
 * `npm run test:all`: all tests. `--after-npm-test` runs only those that `npm test` leaves out, and
 * adds its stored results. `--without-long` leaves out tests that take a minute or more and cover
 * stable code.
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
import { describeTally, NONE, sum, withinRetryBudget } from './test/tally.mjs';

/** File with the result of the last `npm test`. */
const QUICK_TALLY = join(root, '.cache', 'tests', 'npm-test.json');

const all = process.argv.includes('--all');
const afterQuick = process.argv.includes('--after-npm-test');
const withoutLong = process.argv.includes('--without-long');

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
    const projects = ['real', 'measured', ...(withoutLong ? [] : ['long'])];
    // One project after the other, because each has a deadline.
    for (const project of projects) tallies.push(await runVitest([project], signal));
  } else log('more real tests: "npm run test:all" runs them');
  if (all && withoutLong) log('long tests: "npm run test:all" runs them');
  log('tests that need a Kubernetes cluster: "npm run test:kubernetes" runs them');
};

/** @param {AbortSignal} signal */
const runQuick = async (signal) => {
  await rm(QUICK_TALLY, { force: true });
  const failed = await runChecks(CHECKS, await pinnedNode(), signal);
  const checks = { ...NONE, failed: failed.map((name) => `check: ${name}`) };
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
  const tally = withinRetryBudget(sum(tallies));
  for (const line of describeTally(tally)) process.stderr.write(`${line}\n`);
  process.stdout.write(`${tally.passed} passed, ${tally.failed.length} failed\n`);
  return tally.failed.length === 0 ? 0 : 1;
};

await main(runTests, close);
