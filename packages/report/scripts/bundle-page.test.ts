import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLES, bundlePage } from './bundle-page.ts';

test("reports have the scripts of src/html/page; if not, run 'npm run report:page'", async () => {
  const bundles = await bundlePage();
  expect((await readdir(BUNDLES)).sort()).toEqual(Object.keys(bundles).sort());
  for (const [name, text] of Object.entries(bundles))
    expect(await readFile(join(BUNDLES, name), 'utf8'), name).toBe(text);
});
