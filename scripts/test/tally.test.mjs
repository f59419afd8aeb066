import { expect, test } from 'vitest';
import { describeTally, NONE, sum, tallyCargo, tallyVitest } from './tally.mjs';

const CHROMIUM = 'Chromium is not installed: apt-get install chromium';
const tally = {
  passed: 5,
  failed: 1,
  skipped: [{ name: 'a.test.ts: looks', why: CHROMIUM }],
  retried: ['b.test.ts: joins'],
};

test('a run of vitest that wrote nothing, or failed without a failed test, counts as one failure', () => {
  expect(tallyVitest(JSON.stringify(tally), false)).toEqual(tally);
  expect(tallyVitest(JSON.stringify(NONE), false).failed).toBe(1);
  expect(tallyVitest(JSON.stringify(NONE), true).failed).toBe(0);
  expect(tallyVitest(null, false)).toEqual({ ...NONE, failed: 1 });
});

test('adds up the test programs of cargo', () => {
  const output = `
test srtp::takes_long ... ignored
test result: ok. 41 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;
  const skipped = [{ name: 'cargo: srtp::takes_long', why: 'marked as ignored' }];
  expect(tallyCargo(output, false)).toEqual({ passed: 43, failed: 3, skipped, retried: [] });
  expect(tallyCargo('error: could not compile', false)).toEqual({ ...NONE, failed: 1 });
});

test('an empty sum is zero', () => {
  expect(sum([])).toEqual(NONE);
});

test('the summary groups skipped tests by what is lacking, and names retried ones', () => {
  const { skipped } = tally;
  expect(describeTally(sum([tally, { ...NONE, skipped }]))).toEqual([
    `2 skipped: ${CHROMIUM}`,
    '  a.test.ts: looks',
    '  a.test.ts: looks',
    '2 skipped in all',
    '1 retried:',
    '  b.test.ts: joins',
  ]);
  expect(describeTally(NONE)).toEqual([]);
});
