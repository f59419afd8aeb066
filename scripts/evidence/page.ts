import { code, table } from '../docs/markdown.ts';
import { CLAIMS, type Claim, type Proof } from './claims.ts';
import { type FileEvidence, flakyTests, readResults, type TestRun } from './results.ts';

/** Results that are committed. */
export const RESULTS = new URL('../../docs/evidence/results.ndjson', import.meta.url);

const HEAD = ['claim', 'test', 'last passed (UTC)', 'commit', 'took', 'retried'] as const;

/** Tables of all claims with their tests and the last results. */
export const claimsSection = (): string => claimTables(CLAIMS, readResults(RESULTS));

/** Tests that are flaky by the committed results. */
export const flakySection = (): string => flakyList(readResults(RESULTS));

export const claimTables = (
  claims: Readonly<Record<string, readonly Claim[]>>,
  results: readonly FileEvidence[],
): string =>
  Object.entries(claims)
    .map(
      ([heading, rows]) =>
        `### ${heading}\n\n${table(
          HEAD,
          rows.flatMap(({ claim, proofs }) =>
            proofs.map((proof, index) => [index === 0 ? claim : '', ...proofCells(proof, results)]),
          ),
        )}`,
    )
    .join('\n\n');

const proofCells = ({ file, name }: Proof, results: readonly FileEvidence[]): string[] => {
  const test = `[${file.replace(/^.*\//, '').replace('.test.ts', '')}](../${file})${name === null ? '' : `: ${name}`}`;
  const { runs = [] } = results.find((each) => each.file === file) ?? {};
  const ran = runs.filter((run) => judges(run, name));
  const last = ran.find((run) => passes(run, name));
  const retries = ran.filter(({ retried }) =>
    name === null ? retried.length > 0 : has(retried, name),
  );
  const failing = ran[0] !== undefined && ran[0] !== last ? ', failed since' : '';
  return last === undefined
    ? [test, runs.length === 0 ? 'no result yet' : 'never in the kept results', '', '', '']
    : [
        test,
        `${last.at.slice(0, 16).replace('T', ' ')}${failing}`,
        last.commit === null ? 'unknown' : code(last.commit),
        `${last.seconds} s`,
        `${retries.length} of ${ran.length}`,
      ];
};

/** Finds a test in a list of full names, which begin with those of its suites. */
const has = (names: readonly string[], name: string | null): boolean =>
  name !== null && names.some((each) => each.endsWith(name));

/**
 * A run proves nothing for a test that was skipped, nor for a whole file of which a test was
 * skipped and none failed.
 */
const judges = ({ failed, skipped }: TestRun, name: string | null): boolean =>
  name === null ? skipped.length === 0 || failed.length > 0 : !has(skipped, name);

/** A hook that failed, or a file that does not load, makes every test of the file fail. */
const passes = ({ passed, failed }: TestRun, name: string | null): boolean =>
  passed > 0 &&
  (name === null
    ? failed.length === 0
    : !has(failed, name) && !failed.some((each) => /^(does not load|hooks of )/.test(each)));

export const flakyList = (results: readonly FileEvidence[]): string => {
  const flaky = flakyTests(results);
  return flaky.length === 0
    ? 'No test is flaky: none needed a retry twice in its last ten results.'
    : table(
        ['flaky test', 'retried'],
        flaky.map(({ file, name, retriedRuns, runs }) => [
          `[${file}](../${file}): ${name}`,
          `${retriedRuns} of ${runs}`,
        ]),
      );
};
