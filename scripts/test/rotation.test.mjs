import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../setup/paths.mjs';
import {
  DURATIONS as durations,
  KNOWN_FAILURES,
  NIGHTLY_ONLY,
  parseRotation,
  rotatingFiles,
  rotatingProjectOf,
} from './rotating-files.mjs';
import { filesOfQuarter, QUARTERS, quarterOn, UNKNOWN_SECONDS } from './rotation.mjs';

const ALL = [1, 2, 3, 4];
const files = rotatingFiles().map(({ file }) => file);
const quarters = ALL.map((quarter) => filesOfQuarter(files, durations, quarter));
/** @param {readonly string[]} names */
const secondsOf = (names) =>
  names.reduce((total, name) => total + (durations[name] ?? UNKNOWN_SECONDS), 0);

describe('the rotation', () => {
  it('runs every file in exactly one of four days in a row', () => {
    expect(ALL).toHaveLength(QUARTERS);
    expect(quarters.flat().toSorted()).toEqual(files.toSorted());
    const days = ['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30'];
    const [first, ...others] = days.map(quarterOn);
    expect(new Set([first, ...others])).toEqual(new Set(ALL));
    expect(others.at(-1)).toBe(first);
  });

  it('takes about the same time on each day', () => {
    const times = quarters.map(secondsOf);
    expect(Math.max(...times)).toBeLessThan(1.25 * (secondsOf(files) / QUARTERS));
    // What `.ci/run` has left in its 75 minutes, besides the tests of every day.
    expect(Math.max(...times)).toBeLessThan(35 * 60);
  });

  it('moves few files when one is added, whatever its name', () => {
    const moves = Array.from({ length: 30 }, (_, index) => {
      const more = [...files, `e2e/load/added-${index}.long.test.ts`];
      const after = ALL.map((quarter) => filesOfQuarter(more, durations, quarter));
      return files.filter(
        (file) =>
          quarters.findIndex((names) => names.includes(file)) !==
          after.findIndex((names) => names.includes(file)),
      ).length;
    }).toSorted((a, b) => a - b);
    expect(moves[15]).toBeLessThanOrEqual(files.length / 10);
  });

  it('knows no other dates than those of the calendar', () => {
    expect(quarterOn('26.11.2026')).toBeNull();
    expect(quarterOn('2026-13-01')).toBeNull();
  });
});

describe('the command line of a rotation', () => {
  it('is a date, a quarter, or nothing for every test', () => {
    expect(parseRotation(['--rotation', '2026-11-26'])).toEqual({
      quarter: quarterOn('2026-11-26'),
      date: '2026-11-26',
    });
    expect(parseRotation(['--quarter', '2'])).toEqual({ quarter: 2, date: null });
    expect(parseRotation(['--all'])).toBeNull();
  });

  it.each([[['--quarter', '5']], [['--quarter']], [['--rotation', 'yesterday']], [['--rotation']]])(
    'refuses %j',
    (args) => {
      expect(() => parseRotation(args)).toThrow(/is not a (quarter|date)/);
    },
  );
});

it.each([
  ['durations.json', Object.keys(durations)],
  ['nightly-only.json', Object.keys(NIGHTLY_ONLY)],
  ['known-failures.json', KNOWN_FAILURES.map(({ file }) => file)],
])('%s names only tests that exist', (_, names) => {
  expect(names.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

it('runs at night alone only files of the rotation', () => {
  expect(Object.keys(NIGHTLY_ONLY).filter((name) => rotatingProjectOf(name) === null)).toEqual([]);
});
