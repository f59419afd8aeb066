import { expect, test } from 'vitest';
import { sum, tallyCargo, tallyVitest } from './tally.mjs';

const report = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 0,
  testResults: [],
};

test('counts what vitest reports', () => {
  expect(tallyVitest(JSON.stringify(report), false)).toEqual({ passed: 5, failed: 1, skipped: 2 });
});

test('a file without tests that failed, and a failed run without a failed test, count as one failure', () => {
  const broken = {
    ...report,
    numFailedTests: 0,
    testResults: [{ status: 'failed', assertionResults: [] }],
  };
  expect(tallyVitest(JSON.stringify(broken), false).failed).toBe(1);
  expect(tallyVitest(JSON.stringify({ ...report, numFailedTests: 0 }), false).failed).toBe(1);
  expect(tallyVitest(null, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('adds up the test programs of cargo', () => {
  const output = `
test result: ok. 41 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;
  expect(tallyCargo(output, false)).toEqual({ passed: 43, failed: 3, skipped: 1 });
  expect(tallyCargo('error: could not compile', false)).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
  });
});

test('an empty sum is zero', () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
