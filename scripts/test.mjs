/*
 * `npm test`: static checks, the tests of the crate, all unit tests, and one real test per
 * capability.
 * `npm run test:all`: all tests. `--after-npm-test` runs only those that `npm test` leaves out, and
 * adds its stored results. `--rotation 2026-11-26` runs the quarter of that day (UTC) of measured
 * and long tests, `--quarter 2` that quarter (scripts/test/rotation.mjs). `--only-nightly` runs
 * only the files that are too long for the rotation.
 *
 * The last line is `N passed, N failed`.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { log, SetupError } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { pinnedNode } from '../packages/cli/launch/run-node.mjs';
import { DEFAULT_LIVEKIT_VERSION, TESTED_VERSIONS } from '../packages/lab/src/versions.mjs';
import { CHECKS } from './check/checks.mjs';
import { runChecks } from './check/run-checks.mjs';
import { root } from './setup/paths.mjs';
import { provideServers } from './setup/servers.mjs';
import { setup } from './setup/setup.mjs';
import { testCrate } from './test/crate.mjs';
import { fuzzCrate } from './test/fuzz.mjs';
import {
  DURATIONS,
  NIGHTLY_ONLY,
  parseRotation,
  rotatingFiles,
  rotatingProjectOf,
} from './test/rotating-files.mjs';
import { filesOfQuarter, QUARTERS } from './test/rotation.mjs';
import { runVitest } from './test/run-vitest.mjs';
import { describeTally, NONE, sum, withinRetryBudget } from './test/tally.mjs';

/** File with the result of the last `npm test`. */
const QUICK_TALLY = join(root, '.cache', 'tests', 'npm-test.json');

const all = process.argv.includes('--all');
const onlyNightly = process.argv.includes('--only-nightly');
const afterQuick = process.argv.includes('--after-npm-test');

/** @type {import('./test/tally.mjs').Tally[]} */
const tallies = [];

/** @param {AbortSignal} signal */
const runTests = async (signal) => {
  // Refuses a mistake before minutes are spent.
  const rotation = parseRotation(process.argv);
  const servers = all ? TESTED_VERSIONS : [DEFAULT_LIVEKIT_VERSION];
  // Measured tests judge what is released. `.ci/run` sets that profile before the first build.
  await setup({ servers, profile: all ? 'release' : null, signal });
  await provideServers(servers, signal);
  if (onlyNightly) {
    await runNightlyOnly(signal);
    return;
  }
  tallies.push(afterQuick ? await readQuick() : await runQuick(signal));
  if (all) {
    tallies.push(await fuzzCrate({ seconds: 60, target: 'fuzz' }, signal));
    // One project after the other, because each has a deadline.
    tallies.push(await runVitest(['real'], signal));
    const files = rotation === null ? rotatingFiles() : announce(rotation);
    for (const project of /** @type {const} */ (['measured', 'long'])) {
      const chosen = files.filter((each) => each.project === project).map(({ file }) => file);
      if (chosen.length > 0) tallies.push(await runVitest([project], signal, chosen));
    }
    if (rotation === null) await runNightlyOnly(signal);
  } else log('more real tests: "npm run test:all" runs them');
  log('tests that need a Kubernetes cluster: "npm run test:kubernetes" runs them');
};

/**
 * Runs the files that are too long for the rotation, each with a deadline of its own: together they
 * take longer than one.
 * @param {AbortSignal} signal
 */
const runNightlyOnly = async (signal) => {
  for (const file of Object.keys(NIGHTLY_ONLY))
    tallies.push(await runVitest([rotatingProjectOf(file) ?? 'long'], signal, [file]));
};

/**
 * Prints the files of a quarter, and how it is repeated.
 * @param {{ quarter: number, date: string | null }} rotation
 */
const announce = ({ quarter, date }) => {
  const rotating = rotatingFiles();
  const names = filesOfQuarter(
    rotating.map(({ file }) => file),
    DURATIONS,
    quarter,
  );
  log(
    `quarter ${quarter} of ${QUARTERS}${date === null ? '' : `, of ${date} (UTC)`}: ${names.length} measured and long files; again: npm run test:all -- --quarter ${quarter}`,
  );
  for (const file of names) log(`  ${file}`);
  log(`only in the nightly workflow: ${Object.keys(NIGHTLY_ONLY).join(', ')}`);
  return rotating.filter(({ file }) => names.includes(file));
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
