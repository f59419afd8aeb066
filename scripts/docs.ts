// `npm run docs`: writes pages that are generated from the code. A test fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { PAGES } from './docs/pages.ts';
import { SECTIONS, withSection } from './docs/sections.ts';

const fileOf = (path: string): URL => new URL(`../${path}`, import.meta.url);

for (const [path, page] of Object.entries(PAGES)) {
  writeFileSync(fileOf(path), await page());
  process.stdout.write(`${path}\n`);
}
for (const { path, name, text, tight } of SECTIONS) {
  writeFileSync(fileOf(path), withSection(readFileSync(fileOf(path), 'utf8'), name, text(), tight));
  process.stdout.write(`${path}: ${name}\n`);
}
