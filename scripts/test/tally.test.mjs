import { expect, test } from 'vitest';
import {
  describeTally,
  NONE,
  RETRY_BUDGET,
  sum,
  tallyCargo,
  tallyVitest,
  withinRetryBudget,
  withoutKnown,
} from './tally.mjs';

const CHROMIUM = 'Chromium is not installed: apt-get install chromium';
const tally = {
  passed: 5,
  failed: ['c.test.ts: leaves'],
  skipped: [{ name: 'a.test.ts: looks', why: CHROMIUM }],
  retried: ['b.test.ts: joins'],
};

test('a run of vitest that wrote nothing, or failed without a failed test, counts as one failure', () => {
  expect(tallyVitest('unit', JSON.stringify(tally), false)).toEqual(tally);
  expect(tallyVitest('unit', JSON.stringify(NONE), false).failed).toEqual([
    'unit: failed outside of tests',
  ]);
  expect(tallyVitest('unit', JSON.stringify(NONE), true).failed).toEqual([]);
  expect(tallyVitest('unit', null, false)).toEqual({ ...NONE, failed: ['unit: wrote no result'] });
});

test('adds up the test programs of cargo', () => {
  const output = `
test srtp::takes_long ... ignored
test result: ok. 41 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

failures:

---- srtp::protects stdout ----
thread 'srtp::protects' panicked at src/srtp.rs:1:1

failures:
    rtp::parses
    sdp::reads
    srtp::protects

test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;
  const skipped = [{ name: 'cargo: srtp::takes_long', why: 'marked as ignored' }];
  const failed = ['cargo: rtp::parses', 'cargo: sdp::reads', 'cargo: srtp::protects'];
  expect(tallyCargo('cargo', output, false)).toEqual({ passed: 43, failed, skipped, retried: [] });
  expect(tallyCargo('cargo', 'error: could not compile', false)).toEqual({
    ...NONE,
    failed: ['cargo: no result'],
  });
});

test('more retried tests than the budget are one failure, over all projects together', () => {
  const names = Array.from({ length: RETRY_BUDGET }, (_, index) => `${index}.test.ts: joins`);
  const retried = { ...NONE, passed: RETRY_BUDGET, retried: names };
  expect(withinRetryBudget(retried)).toEqual(retried);
  expect(withinRetryBudget(sum([retried, tally])).failed).toEqual([
    'c.test.ts: leaves',
    `retries: ${RETRY_BUDGET + 1} tests were retried, at most ${RETRY_BUDGET} may be`,
  ]);
});

test('a failure that is known does not count, and is named with its reason', () => {
  const known = [{ file: 'c.test.ts', name: 'leaves', why: 'the server keeps the room' }];
  expect(withoutKnown(tally, known)).toEqual({
    tally: { ...tally, failed: [] },
    failedAsKnown: [{ test: 'c.test.ts: leaves', why: 'the server keeps the room' }],
  });
  expect(withoutKnown(tally, [])).toEqual({ tally, failedAsKnown: [] });
});

test('an empty sum is zero', () => {
  expect(sum([])).toEqual(NONE);
});

test('the summary groups skipped tests by missing requirement, and names retried and failed ones', () => {
  const { skipped } = tally;
  expect(describeTally(sum([tally, { ...NONE, skipped }]))).toEqual([
    `2 skipped: ${CHROMIUM}`,
    '  a.test.ts: looks',
    '  a.test.ts: looks',
    '2 skipped in all',
    '1 retried:',
    '  b.test.ts: joins',
    '1 failed:',
    '  c.test.ts: leaves',
  ]);
  expect(describeTally(NONE)).toEqual([]);
});
