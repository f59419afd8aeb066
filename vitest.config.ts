import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TallyReporter } from './scripts/test/tally-reporter.mjs';

/**
 * Number of parallel real tests. They wait for servers most of the time; with more tests than
 * cores, those servers would miss their own deadlines.
 */
const REAL_WORKERS = Math.max(2, availableParallelism());

/**
 * Kinds of tests by file name:
 *
 * - `src/**` and `scripts/**`, `*.test.ts`: unit test.
 * - `test/**` and `e2e/**`, `*.smoke.test.ts`: against real programs, one per capability;
 *   `npm test` runs these and the unit tests.
 * - `test/**` and `e2e/**`, `*.measured.test.ts`: judges media, times or load; runs alone.
 * - `test/**` and `e2e/**`, `*.long.test.ts`: as measured ones, and takes a minute or more for what
 *   seldom changes.
 * - `test/**` and `e2e/**`, any other `*.test.ts`: against real programs, independent of other
 *   tests; runs in parallel with others of its kind.
 * - `e2e/kubernetes/**`: needs a cluster (`vitest.kubernetes.config.ts`).
 *
 * `npm run test:all` runs all of them, project after project.
 */
const FOLDERS = '{packages/*,testkit}';
/** Folders of real tests: of one package, and of the whole product. */
const REAL = [`${FOLDERS}/test/**`, 'e2e/**'];
const KUBERNETES = 'e2e/kubernetes/**';
const SMOKE = REAL.map((folder) => `${folder}/*.smoke.test.ts`);
const MEASURED = REAL.map((folder) => `${folder}/*.measured.test.ts`);
const LONG = REAL.map((folder) => `${folder}/*.long.test.ts`);

/**
 * Real tests share a host with whatever else it does. One that stalls for a second during a
 * handshake is not a defect; twice in a row it is. Unit tests are never retried. The summary names
 * retried tests, and a run with too many of them fails (RETRY_BUDGET in scripts/test/tally.mjs).
 */
const real = { testTimeout: 180_000, hookTimeout: 180_000, retry: 1 };
/**
 * Measured and long tests compare times, loads and losses over seconds, in which a busy host
 * disturbs several: they have a third attempt.
 */
const measured = { ...real, retry: 2 };

const report = process.env.SWARM_TALLY;

/** `expect.poll` waits for a condition; the time that it takes on a busy host is not tested. */
const patient = { expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    reporters: ['default', ...(report === undefined ? [] : [new TallyReporter(report)])],
    projects: [
      {
        test: {
          ...patient,
          name: 'unit',
          setupFiles: ['./scripts/test/property-seed.mjs'],
          include: [
            `${FOLDERS}/{src,scripts}/**/*.test.ts`,
            'scripts/**/*.test.{mjs,ts}',
            'scenarios/**/*.test.ts',
          ],
          // The limit is generous: a slow machine is not a defect.
          testTimeout: 60_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...patient,
          ...real,
          name: 'smoke',
          include: SMOKE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...patient,
          ...real,
          name: 'real',
          include: REAL.map((folder) => `${folder}/*.test.ts`),
          exclude: [...SMOKE, ...MEASURED, ...LONG, KUBERNETES],
          maxWorkers: REAL_WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...patient,
          ...measured,
          name: 'measured',
          include: MEASURED,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...patient,
          ...measured,
          name: 'long',
          include: LONG,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
