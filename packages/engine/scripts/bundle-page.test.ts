import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { BUNDLE, bundlePage, readWorker, WORKER } from './bundle-page.ts';

test('the bundle of the page is up to date: node packages/engine/scripts/bundle-page.ts', async () => {
  expect((await readFile(BUNDLE, 'utf8')) === (await bundlePage())).toBe(true);
  expect((await readFile(WORKER, 'utf8')) === (await readWorker())).toBe(true);
});
