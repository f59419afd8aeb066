import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../../packages/cli/launch/log.mjs';
import { root } from '../setup/paths.mjs';
import { QUARTERS, quarterOn } from './rotation.mjs';

/** @param {string} name of a list next to this file. */
const readList = (name) => JSON.parse(readFileSync(join(root, 'scripts', 'test', name), 'utf8'));

/**
 * Seconds of measured and long test files, from runs on two cores. Only the shares of the rotation
 * depend on them.
 * @type {Readonly<Record<string, number>>}
 */
export const DURATIONS = readList('durations.json');

/**
 * Long test files that only the nightly workflow runs, each with the reason.
 * @type {Readonly<Record<string, string>>}
 */
export const NIGHTLY_ONLY = readList('nightly-only.json');

/**
 * Tests that fail for a known reason. Every run names those that failed, and does not fail for
 * them; the nightly workflow also names those that pass again.
 * @type {readonly { file: string, name: string, why: string }[]}
 */
export const KNOWN_FAILURES = readList('known-failures.json');

/**
 * Files of the rotation, with the project of vitest.config.ts that runs them.
 * @returns {{ file: string, project: 'measured' | 'long' }[]}
 */
export const rotatingFiles = () =>
  testFolders()
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .flatMap((file) => {
      const project = rotatingProjectOf(file);
      return project !== null && NIGHTLY_ONLY[file] === undefined ? [{ file, project }] : [];
    });

/**
 * Project of vitest.config.ts that has a measured or long test; null: the file is neither.
 * @param {string} file
 * @returns {'measured' | 'long' | null}
 */
export const rotatingProjectOf = (file) =>
  file.endsWith('.measured.test.ts') ? 'measured' : file.endsWith('.long.test.ts') ? 'long' : null;

const testFolders = () => [
  'e2e',
  ...['testkit', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)]
    .map((folder) => `${folder}/test`)
    .filter((folder) => existsSync(join(root, folder))),
];

/**
 * Part of the rotation that a command line asks for: `--rotation 2026-11-26`, or `--quarter 2`.
 * @param {readonly string[]} args
 * @returns {{ quarter: number, date: string | null } | null} null: every test.
 */
export const parseRotation = (args) => {
  const after = (/** @type {string} */ flag) =>
    args.includes(flag) ? (args[args.indexOf(flag) + 1] ?? '') : null;
  const date = after('--rotation');
  if (date !== null) {
    const quarter = quarterOn(date);
    if (quarter === null)
      throw new SetupError(`--rotation ${date} is not a date`, 'write --rotation 2026-11-26 (UTC)');
    return { quarter, date };
  }
  const quarter = after('--quarter');
  if (quarter === null) return null;
  if (!/^\d$/.test(quarter) || Number(quarter) < 1 || Number(quarter) > QUARTERS)
    throw new SetupError(
      `--quarter ${quarter} is not a quarter`,
      `write a number from 1 to ${QUARTERS}`,
    );
  return { quarter: Number(quarter), date: null };
};
