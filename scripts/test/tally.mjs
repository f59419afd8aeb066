/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {string[]} failed names of tests, checks and commands that failed.
 * @property {{ name: string, why: string }[]} skipped `why`: what the host lacks, and the command
 * that installs it.
 * @property {string[]} retried names of tests that passed or failed in a second attempt.
 */

/**
 * Results of a test file. `problems`: failures outside of its tests.
 * @typedef {object} FileResults
 * @property {string} file
 * @property {string} project of vitest.config.ts.
 * @property {number} durationMs
 * @property {string[]} problems
 * @property {{ name: string, outcome: 'passed' | 'failed' | 'skipped' | 'pending', retries: number, durationMs: number }[]} tests
 */

/** @type {Tally} */
export const NONE = { passed: 0, failed: [], skipped: [], retried: [] };

/**
 * Largest number of real tests that may be retried in all projects of a run together. Runs on a
 * busy host with two cores retry up to 3; more than twice as many mean that a test or the product
 * has become unreliable.
 */
export const RETRY_BUDGET = 6;

/**
 * Tally that counts too many retried tests as one failure.
 * @param {Tally} tally
 * @returns {Tally}
 */
export const withinRetryBudget = (tally) =>
  tally.retried.length <= RETRY_BUDGET
    ? tally
    : {
        ...tally,
        failed: [
          ...tally.failed,
          `retries: ${tally.retried.length} tests were retried, at most ${RETRY_BUDGET} may be`,
        ],
      };

/**
 * Tally without the failures that are known, and these failures.
 * @param {Tally} tally
 * @param {readonly { file: string, name: string, why: string }[]} known
 * @returns {{ tally: Tally, failedAsKnown: { test: string, why: string }[] }}
 */
export const withoutKnown = (tally, known) => {
  const reasons = new Map(known.map(({ file, name, why }) => [`${file}: ${name}`, why]));
  return {
    tally: { ...tally, failed: tally.failed.filter((test) => !reasons.has(test)) },
    failedAsKnown: tally.failed.flatMap((test) => {
      const why = reasons.get(test);
      return why === undefined ? [] : [{ test, why }];
    }),
  };
};

/** @param {readonly Tally[]} tallies @returns {Tally} */
export const sum = (tallies) => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failed: tallies.flatMap(({ failed }) => failed),
  skipped: tallies.flatMap(({ skipped }) => skipped),
  retried: tallies.flatMap(({ retried }) => retried),
});

/**
 * Tally from the output of vitest's reporter. A run that failed outside of tests, or wrote no
 * output, counts as one failure.
 * @param {string} name of the run.
 * @param {string | null} json
 * @param {boolean} succeeded by its exit code.
 * @returns {Tally}
 */
export const tallyVitest = (name, json, succeeded) => {
  if (json === null) return { ...NONE, failed: [`${name}: wrote no result`] };
  /** @type {Tally} */
  const tally = JSON.parse(json);
  return tally.failed.length === 0 && !succeeded
    ? { ...tally, failed: [`${name}: failed outside of tests`] }
    : tally;
};

/**
 * Tally from the output of `cargo test`: one result line per test program. Tests that do not
 * compile have none and count as one failure.
 * @param {string} name of the command.
 * @param {string} output
 * @param {boolean} succeeded
 * @returns {Tally}
 */
export const tallyCargo = (name, output, succeeded) => {
  const results = [...output.matchAll(/^test result: .*? (\d+) passed; \d+ failed;/gm)];
  const ignored = [...output.matchAll(/^test (\S+) \.\.\. ignored/gm)];
  // With --nocapture, output of other tests may stand between name and result; the list at the end
  // has each name on its own line.
  const lists = [...output.matchAll(/^failures:\n((?: {4}\S+\n)+)/gm)];
  const failed = lists.flatMap(([, names = '']) => names.trim().split(/\s+/));
  return {
    passed: results.reduce((total, [, count]) => total + Number(count), 0),
    failed: (failed.length === 0 && !succeeded ? ['no result'] : failed).map(
      (test) => `${name}: ${test}`,
    ),
    skipped: ignored.map(([, name]) => ({ name: `cargo: ${name}`, why: 'marked as ignored' })),
    retried: [],
  };
};

/**
 * Lines of the summary before the last line.
 * @param {Tally} tally
 * @returns {string[]} one line each.
 */
export const describeTally = ({ failed, skipped, retried }) => {
  // Node 20, which starts this program, has no Map.groupBy.
  const reasons = [...new Set(skipped.map(({ why }) => why))];
  return [
    ...reasons.flatMap((reason) => {
      const tests = skipped.filter(({ why }) => why === reason);
      return [`${tests.length} skipped: ${reason}`, ...tests.map(({ name }) => `  ${name}`)];
    }),
    ...(skipped.length === 0 ? [] : [`${skipped.length} skipped in all`]),
    ...(retried.length === 0
      ? []
      : [`${retried.length} retried:`, ...retried.map((name) => `  ${name}`)]),
    ...(failed.length === 0
      ? []
      : [`${failed.length} failed:`, ...failed.map((name) => `  ${name}`)]),
  ];
};
