/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @param {Tally[]} tallies @returns {Tally} */
export const sum = (tallies) => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failed: tallies.reduce((total, { failed }) => total + failed, 0),
  skipped: tallies.reduce((total, { skipped }) => total + skipped, 0),
});

/**
 * What vitest's JSON reporter wrote. A file that could not be loaded has no test in it and counts as one failure; so does a run that
 * failed for another reason (an unhandled rejection) or wrote nothing.
 *
 * @param {string | null} json @param {boolean} succeeded by its exit code.
 * @returns {Tally}
 */
export const tallyVitest = (json, succeeded) => {
  if (json === null) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(json);
  const brokenFiles = report.testResults.filter(
    /** @param {{ status: string, assertionResults: unknown[] }} file */
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
};

/**
 * What `cargo test` printed: one result line per test program. Tests that do not compile have none and count as one failure.
 *
 * @param {string} output @param {boolean} succeeded
 * @returns {Tally}
 */
export const tallyCargo = (output, succeeded) => {
  const results = [
    ...output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm),
  ];
  const total = sum(
    results.map(([, passed, failed, ignored]) => ({
      passed: Number(passed),
      failed: Number(failed),
      skipped: Number(ignored),
    })),
  );
  return total.failed === 0 && !succeeded ? { ...total, failed: 1 } : total;
};
