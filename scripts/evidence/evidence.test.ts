import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPage, root } from '../docs/testing/markdown-pages.ts';
import { CLAIMS, README_CLAIMS } from './claims.ts';
import { claimTables, flakyList, RESULTS } from './page.ts';
import {
  type FileEvidence,
  flakyTests,
  formatResults,
  mergeResults,
  readResults,
  resultsOf,
} from './results.ts';

const proofs = Object.values(CLAIMS).flatMap((claims) => claims.flatMap((claim) => claim.proofs));

describe('the table "What you can do" of the README', () => {
  const section = readPage('README.md').split('## What you can do')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name]) => name);

  it('has the rows that have claims', () => {
    expect(rows.length).toBeGreaterThan(5);
    expect(Object.keys(README_CLAIMS)).toEqual(rows);
  });

  it.each(Object.entries(README_CLAIMS))('has a smoke test for each row: %s', (_, claims) => {
    const files = claims.flatMap((claim) => claim.proofs.map(({ file }) => file));
    expect(files.filter((file) => file.endsWith('.smoke.test.ts'))).not.toEqual([]);
  });
});

/** Finds the name of a test in its file; `%s` and `%i` in a name stand for one of several cases. */
const hasTest = (text: string, name: string): boolean =>
  text.includes(`'${name}'`) ||
  [...text.matchAll(/'([^'\n]*)%[si]([^'\n]*)'/g)].some(
    ([, before = '', after = '']) =>
      name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after),
  );

describe('a proof', () => {
  it.each([...new Set(proofs.map(({ file }) => file))])('is a test that exists: %s', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    for (const { name } of proofs.filter((proof) => proof.file === file))
      if (name !== null) expect(text, name).toSatisfy((all: string) => hasTest(all, name));
  });
});

it('the committed results have one line for each file, sorted, and are read as they were written', () => {
  const results = readResults(RESULTS);
  expect(formatResults(mergeResults(results))).toBe(readFileSync(RESULTS, 'utf8'));
});

const run = (day: number, changes: Partial<FileEvidence['runs'][number]> = {}) => ({
  at: `2027-01-${String(day).padStart(2, '0')}T01:02:03.000Z`,
  commit: 'abcdef01',
  seconds: 12,
  passed: 2,
  failed: [],
  retried: [],
  skipped: [],
  ...changes,
});
const FILE = 'e2e/a/a.smoke.test.ts';

describe('results', () => {
  it('are those of real tests in the output of the reporter', () => {
    const test = { name: 'runs > joins', outcome: 'passed', retries: 1 };
    const file = {
      durationMs: 4_400,
      problems: [],
      tests: [
        test,
        { name: 'runs > leaves', outcome: 'failed', retries: 1 },
        { name: 'runs > ends', outcome: 'pending', retries: 0 },
      ],
    };
    const files = [
      { ...file, file: FILE, project: 'smoke' },
      { ...file, file: 'a.test.ts', project: 'unit' },
    ];
    const results = { startedAt: '2027-01-01T01:02:03.000Z', commit: 'abcdef01', files };
    expect(resultsOf(JSON.stringify({ passed: 1, results }))).toEqual([
      {
        file: FILE,
        runs: [
          run(1, {
            seconds: 4,
            passed: 1,
            failed: ['runs > leaves'],
            retried: ['runs > joins', 'runs > leaves'],
            skipped: ['runs > ends'],
          }),
        ],
      },
    ]);
  });

  it('keep the last ten runs of a file, each once', () => {
    const days = Array.from({ length: 12 }, (_, index) => index + 1);
    const all = days.map((day) => ({ file: FILE, runs: [run(day)] }));
    const [merged] = mergeResults(all, all);
    expect(merged?.runs.map(({ at }) => at)).toEqual(
      days
        .slice(2)
        .reverse()
        .map((day) => run(day).at),
    );
  });

  it('name a test as flaky that needed a retry twice, and no other', () => {
    const runs = [run(3, { retried: ['joins', 'leaves'] }), run(2), run(1, { retried: ['joins'] })];
    const results = [{ file: FILE, runs }];
    expect(flakyTests(results)).toEqual([{ file: FILE, name: 'joins', retriedRuns: 2, runs: 3 }]);
    expect(flakyList(results)).toContain('joins | 2 of 3');
    expect(flakyList([{ file: FILE, runs: [run(1)] }])).toMatch(/^No test is flaky/);
  });
});

describe('a row of the page', () => {
  const rowOf = (name: string | null, ...runs: FileEvidence['runs']): string =>
    claimTables(
      { Load: [{ claim: 'it loads', proofs: [{ file: FILE, name }] }] },
      runs.length === 0 ? [] : [{ file: FILE, runs }],
    )
      .split('\n')
      .at(-1) ?? '';

  it('has the last run that passed, and how many were retried', () => {
    const row = rowOf('joins', run(2, { retried: ['x > joins'] }), run(1));
    expect(row).toContain('| it loads | [a.smoke](../e2e/a/a.smoke.test.ts): joins |');
    expect(row).toContain('| 2027-01-02 01:02 | `abcdef01` | 12 s | 1 of 2 |');
  });

  it('shows that a test has failed since', () => {
    expect(rowOf('joins', run(2, { failed: ['x > joins'] }), run(1))).toContain(
      '2027-01-01 01:02, failed since',
    );
    expect(rowOf(null, run(2, { failed: ['x > other'] }), run(1))).toContain(
      '2027-01-01 01:02, failed since',
    );
    expect(rowOf('joins', run(2, { failed: ['x > other'] }))).toContain('| 2027-01-02 01:02 |');
    expect(rowOf('joins', run(2, { failed: ['hooks of x'] }))).toContain(
      'never in the kept results',
    );
  });

  it('takes a skipped test, and one that never ran, for no proof', () => {
    expect(rowOf('joins', run(2, { skipped: ['x > joins'] }))).toContain(
      'never in the kept results',
    );
    expect(rowOf('joins')).toContain('no result yet');
    const partly = run(2, { skipped: ['x > joins'] });
    expect(rowOf(null, partly)).toContain('never in the kept results');
    expect(rowOf(null, partly, run(1))).toContain('| 2027-01-01 01:02 |');
  });
});
