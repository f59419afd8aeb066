import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findRuns } from './find-runs.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-sides-'));
afterAll(() => rmSync(dir, { recursive: true }));

const run = (...path: string[]): string => {
  const folder = join(dir, ...path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'record.ndjson'), '');
  return folder;
};
const [one, two, ten] = [run('release', '1'), run('release', '2'), run('release', '10')];
const [a, b] = [run('session', 'A', '1'), run('session', 'B', '1')];
const odd = run('x=1,y');
mkdirSync(join(dir, 'release', 'no-run'));
mkdirSync(join(dir, 'empty'));
symlinkSync(one, join(dir, 'session', 'B', '2'));

test('a record, a folder of a run, a folder of several: by number', () => {
  expect(findRuns(join(one, 'record.ndjson'))).toMatchObject({
    name: '1',
    records: [join(one, 'record.ndjson')],
  });
  expect(findRuns(one)).toMatchObject({ name: '1', records: [one] });
  expect(findRuns(join(dir, 'release'))).toMatchObject({
    name: 'release',
    records: [one, two, ten],
  });
  expect(findRuns(`${join(dir, 'release')}/`)).toMatchObject({ name: 'release' });
  expect(findRuns(join(dir, 'session', 'B')).records).toEqual([b, join(dir, 'session', 'B', '2')]);
});

test('several with commas, and a name for them', () => {
  expect(findRuns(`${one},${two}`)).toMatchObject({ name: '1+2', records: [one, two] });
  expect(findRuns(`nightly=${one}, ${join(dir, 'session', 'A')}`)).toMatchObject({
    name: 'nightly',
    records: [one, a],
  });
});

test('an existing path is not divided, whatever its name contains', () => {
  expect(findRuns(odd)).toMatchObject({ name: 'x=1,y', records: [odd] });
});

test.each([
  ['nowhere', /^nowhere: there is no such file or folder$/],
  [`${one},`, /no path between the commas/],
  [join(dir, 'empty'), /holds no run/],
  [`${one},${one}/`, /is listed twice/],
])('refuses %s', (text, message) => {
  expect(() => findRuns(text)).toThrow(message);
});

test('names the folders inside that contain runs', () => {
  expect(() => findRuns(join(dir, 'session'))).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining(`${join(dir, 'session', 'A')} ${join(dir, 'session', 'B')}`),
    }),
  );
});
