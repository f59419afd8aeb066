import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPage, root } from './testing/markdown-pages.ts';

it('e2e/README.md lists every folder of e2e', () => {
  const folders = readdirSync(join(root, 'e2e'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const rows = [...readPage('e2e/README.md').matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell);
  const listed = rows.flatMap((cell = '') => cell.match(/(?<=`)[\w-]+(?=`)/g) ?? []);
  expect(listed.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});
