import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { areUnchanged, stampOf } from './complete.mjs';

const dir = mkdtempSync(join(tmpdir(), 'swarm-complete-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = join(dir, 'source.ts');
const stamped = () => {
  writeFileSync(file, 'export const one = 1;');
  return { [file]: stampOf(file), [join(dir, 'none')]: null };
};

it('a file as it was is unchanged', () => {
  expect(areUnchanged(stamped())).toBe(true);
});

it('an edit of the same length, with the old time of modification, is a change', async () => {
  const before = stamped();
  await new Promise((resolve) => setTimeout(resolve, 20));
  writeFileSync(file, 'export const one = 2;');
  const [, modified] = String(before[file]).split(' ');
  utimesSync(file, Number(modified) / 1_000, Number(modified) / 1_000);
  expect(areUnchanged(before)).toBe(false);
});

it('a file that came or went is a change', () => {
  const before = stamped();
  rmSync(file);
  expect(areUnchanged(before)).toBe(false);
  writeFileSync(join(dir, 'none'), '');
  expect(areUnchanged({ [join(dir, 'none')]: null })).toBe(false);
});
