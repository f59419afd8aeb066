/**
 * Bundles the page of browser participants, `src/browser/page/` with livekit-client, into `src/browser/page.generated/page.js`, and copies its worker beside it:
 *
 *     node packages/engine/scripts/bundle-page.ts
 *
 * The result is committed, so that neither a run nor development needs a bundler; a test finds it out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const BROWSER = join(import.meta.dirname, '..', 'src', 'browser');

export const BUNDLE = join(BROWSER, 'page.generated', 'page.js');

export const WORKER = join(BROWSER, 'page.generated', 'e2ee-worker.js');

/** The program of livekit-client's worker for end-to-end encryption, as it comes with the package. */
export const readWorker = (): Promise<string> =>
  readFile(
    join(
      dirname(fileURLToPath(import.meta.resolve('livekit-client'))),
      'livekit-client.e2ee.worker.js',
    ),
    'utf8',
  );

const SUFFIX = '?text';

/** `import { text } from 'package/worker?text'`: the code of a CommonJS variant, which is a classic script, too. */
const asText = {
  name: 'as-text',
  resolveId: (id: string) =>
    id.endsWith(SUFFIX)
      ? `${createRequire(import.meta.url).resolve(id.slice(0, -SUFFIX.length))}${SUFFIX}`
      : null,
  load: async (id: string) =>
    id.endsWith(SUFFIX)
      ? `export const text = ${JSON.stringify(await readFile(id.slice(0, -SUFFIX.length), 'utf8'))}`
      : null,
};

/** A classic script. */
export const bundlePage = async (): Promise<string> => {
  await using input = await rolldown({
    input: join(BROWSER, 'page', 'main.ts'),
    platform: 'browser',
    plugins: [asText],
  });
  const { output } = await input.generate({ format: 'iife', minify: true });
  return output[0].code;
};

if (import.meta.main) {
  await mkdir(dirname(BUNDLE), { recursive: true });
  await writeFile(BUNDLE, await bundlePage());
  await writeFile(WORKER, await readWorker());
}
