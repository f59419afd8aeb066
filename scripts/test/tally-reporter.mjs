import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reporter for vitest that writes the tally of a run, and the result of each test, to a file. */
export class TallyReporter {
  /** @type {string} */
  #file;
  #startedAt = new Date().toISOString();

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  async onTestRunEnd(modules, unhandledErrors) {
    await mkdir(dirname(this.#file), { recursive: true });
    const results = {
      startedAt: this.#startedAt,
      commit: commitOfCheckout(),
      // Of a run of chosen tests, the others of their files are skipped: no evidence for them.
      files: modules.map(resultsOf),
    };
    await writeFile(this.#file, JSON.stringify({ ...tallyOf(modules, unhandledErrors), results }));
  }
}

/**
 * Commit that the tests ran on, `+` appended if files differed from it; null: not in a Git checkout.
 * @returns {string | null}
 */
const commitOfCheckout = () => {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no');
    return `${git('rev-parse', '--short=8', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    // An archive of the sources, or no Git.
    return null;
  }
};

/**
 * Results of a file, test by test.
 * @param {import('vitest/node').TestModule} module
 * @returns {import('./tally.mjs').FileResults}
 */
const resultsOf = (module) => ({
  file: module.relativeModuleId,
  project: module.project.name,
  durationMs: Math.round(module.diagnostic().duration),
  problems: problemsOf(module),
  tests: [...module.children.allTests()].map((test) => ({
    name: test.fullName,
    outcome: test.result().state,
    retries: test.diagnostic()?.retryCount ?? 0,
    durationMs: Math.round(test.diagnostic()?.duration ?? 0),
  })),
});

/**
 * Failures of a file outside of its tests: it does not load, or a hook of a suite failed.
 * @param {import('vitest/node').TestModule} module
 * @returns {string[]}
 */
const problemsOf = (module) => [
  ...(module.errors().length > 0 ? ['does not load'] : []),
  ...[...module.children.allSuites()]
    .filter((suite) => suite.errors().length > 0)
    .map((suite) => `hooks of ${suite.fullName}`),
];

/**
 * Tally of a run. A file that does not load, a failed hook of a suite, and an unhandled error each
 * count as one failure without a test name.
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly unknown[]} unhandledErrors
 * @returns {import('./tally.mjs').Tally}
 */
const tallyOf = (modules, unhandledErrors) => {
  /** @type {import('./tally.mjs').Tally} */
  const tally = { passed: 0, failed: [], skipped: [], retried: [] };
  for (const error of unhandledErrors) tally.failed.push(`unhandled error: ${messageOf(error)}`);
  for (const module of modules) {
    const file = module.relativeModuleId;
    tally.failed.push(...problemsOf(module).map((problem) => `${file}: ${problem}`));
    for (const test of module.children.allTests()) {
      const name = `${file}: ${test.fullName}`;
      const result = test.result();
      if (result.state === 'passed') tally.passed++;
      if (result.state === 'failed') tally.failed.push(name);
      if (result.state === 'skipped')
        tally.skipped.push({ name, why: result.note ?? 'not for this host' });
      if ((test.diagnostic()?.retryCount ?? 0) > 0) tally.retried.push(name);
    }
  }
  return tally;
};

/** @param {unknown} error */
const messageOf = (error) =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
