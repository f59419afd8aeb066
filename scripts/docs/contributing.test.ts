import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPage, root } from './testing/markdown-pages.ts';

const page = readPage('CONTRIBUTING.md');

/** Paths in code font; words in capitals and patterns stand for several files. */
const paths = [...page.matchAll(/`((?:packages|scripts|testkit|e2e|docs|chaos)\/[\w./-]*)`/g)]
  .map(([, path = '']) => path)
  .filter((path) => !/[A-Z]{3,}/.test(path));

it('CONTRIBUTING.md names many files', () => {
  expect(paths.length).toBeGreaterThan(20);
});

it.each([...new Set(paths)])('CONTRIBUTING.md names a file that exists: %s', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});
