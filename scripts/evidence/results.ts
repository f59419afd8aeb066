import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Number of runs that are kept of a file. */
const KEPT_RUNS = 10;
/** Number of kept runs with a retry from which a test counts as flaky. */
const FLAKY_RUNS = 2;

const runSchema = z.object({
  /** Start of the run, ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** Commit, `+` appended if files differed from it; null: not a Git checkout. */
  commit: z.string().nullable(),
  seconds: z.number(),
  /** Number of tests. */
  passed: z.number(),
  /** Names of tests, and of hooks. */
  failed: z.array(z.string()),
  retried: z.array(z.string()),
  skipped: z.array(z.string()),
});

const fileSchema = z.object({
  file: z.string(),
  /** Newest first. */
  runs: z.array(runSchema).min(1).max(KEPT_RUNS),
});

/** Results of a file of real tests: its last runs. */
export type FileEvidence = z.infer<typeof fileSchema>;
export type TestRun = z.infer<typeof runSchema>;

/** Output of the reporter (scripts/test/tally-reporter.mjs), as far as it is evidence. */
const reportSchema = z.object({
  results: z.object({
    startedAt: z.string(),
    commit: z.string().nullable(),
    files: z.array(
      z.object({
        file: z.string(),
        project: z.string(),
        durationMs: z.number(),
        problems: z.array(z.string()),
        tests: z.array(z.object({ name: z.string(), outcome: z.string(), retries: z.number() })),
      }),
    ),
  }),
});

/** Results of real tests that a run of vitest wrote. Unit tests prove no claim. */
export const resultsOf = (report: string): FileEvidence[] => {
  const { startedAt, commit, files } = reportSchema.parse(JSON.parse(report)).results;
  return files
    .filter(({ project }) => project !== 'unit')
    .map(({ file, durationMs, problems, tests }) => {
      const named = (outcome: string) =>
        tests.filter((test) => test.outcome === outcome).map(({ name }) => name);
      const run: TestRun = {
        at: startedAt,
        commit,
        seconds: Math.round(durationMs / 1_000),
        passed: named('passed').length,
        failed: [...problems, ...named('failed')],
        retried: tests.filter(({ retries }) => retries > 0).map(({ name }) => name),
        // A test that an interruption left out is pending.
        skipped: [...named('skipped'), ...named('pending')],
      };
      return { file, runs: [run] };
    });
};

/** Known results with new ones: each run once, newest first, sorted by file. */
export const mergeResults = (...lists: readonly (readonly FileEvidence[])[]): FileEvidence[] => {
  const byFile = Map.groupBy(lists.flat(), ({ file }) => file);
  return [...byFile]
    .map(([file, parts]) => {
      const runs = new Map(parts.flatMap((part) => part.runs).map((run) => [run.at, run]));
      const sorted = [...runs.values()].toSorted((a, b) => b.at.localeCompare(a.at));
      return { file, runs: sorted.slice(0, KEPT_RUNS) };
    })
    .toSorted((a, b) => a.file.localeCompare(b.file, 'en'));
};

/** One line for each file, so that a change of one is a change of a line. */
export const formatResults = (results: readonly FileEvidence[]): string =>
  results.map((each) => `${JSON.stringify(each)}\n`).join('');

/** Results in a file of lines. */
export const readResults = (path: string | URL): FileEvidence[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => fileSchema.parse(JSON.parse(line)));

/** Tests that needed a retry at least twice in their kept runs. */
export const flakyTests = (
  results: readonly FileEvidence[],
): { file: string; name: string; retriedRuns: number; runs: number }[] =>
  results.flatMap(({ file, runs }) => {
    const names = [...new Set(runs.flatMap(({ retried }) => retried))];
    return names
      .map((name) => ({
        file,
        name,
        retriedRuns: runs.filter(({ retried }) => retried.includes(name)).length,
        runs: runs.length,
      }))
      .filter(({ retriedRuns }) => retriedRuns >= FLAKY_RUNS);
  });
