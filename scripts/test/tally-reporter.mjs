import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reporter for vitest that writes the tally of a run to a file. */
export class TallyReporter {
  /** @type {string} */
  #file;

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
    await writeFile(this.#file, JSON.stringify(tallyOf(modules, unhandledErrors)));
  }
}

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
    if (module.errors().length > 0) tally.failed.push(`${file}: does not load`);
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) tally.failed.push(`${file}: hooks of ${suite.fullName}`);
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
