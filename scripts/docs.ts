// `npm run docs`: writes the pages that are made from the code. A test fails when they differ from it.
import { writeFileSync } from 'node:fs';
import { PAGES } from './docs/pages.ts';

for (const [path, page] of Object.entries(PAGES)) {
  writeFileSync(new URL(`../${path}`, import.meta.url), page());
  process.stdout.write(`${path}\n`);
}
