/**
 * Bundles the scripts of HTML reports, `src/html/page/`, into `src/html/page.generated/`:
 *
 *     npm run report:page
 *
 * The result is committed, so that neither a report nor development needs a bundler; a test finds
 * it out of date.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const HTML = join(import.meta.dirname, '..', 'src', 'html');

export const BUNDLES = join(HTML, 'page.generated');

/**
 * Scripts in the head of each page, and at the end of a report, of a live page, and of a page
 * without charts.
 */
const ENTRIES = ['early', 'main', 'live', 'plain'];

/** uPlot is a script of its own on the page, whose licence stands beside it. */
const GLOBAL_UPLOT: Plugin = {
  name: 'uplot',
  resolveId: (id) => (id === 'uplot' ? id : null),
  load: (id) => (id === 'uplot' ? 'export default globalThis.uPlot;' : null),
};

/** A classic script: an inline module would run too late for `early`. */
const bundle = async (entry: string): Promise<string> => {
  await using input = await rolldown({
    input: join(HTML, 'page', `${entry}.ts`),
    platform: 'browser',
    plugins: [GLOBAL_UPLOT],
  });
  const { output } = await input.generate({ format: 'iife', minify: true });
  return output[0].code;
};

/** The generated files by name. */
export const bundlePage = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(ENTRIES.map(async (entry) => [`${entry}.js`, await bundle(entry)])),
  );

if (import.meta.main) {
  await mkdir(BUNDLES, { recursive: true });
  for (const [name, text] of Object.entries(await bundlePage()))
    await writeFile(join(BUNDLES, name), text);
}
