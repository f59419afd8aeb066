/**
 * Bundle the page of browser participants (`src/browser/page/` with livekit-client) and copy
 * livekit-client's worker beside it. The setup of a checkout runs this script when the sources have
 * changed; the release runs it for the package.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const BROWSER = join(import.meta.dirname, '..', 'src', 'browser');

const GENERATED = join(BROWSER, 'page.generated');

/** Program of livekit-client's worker for end-to-end encryption, as its package ships it. */
const readWorker = (): Promise<string> =>
  readFile(
    join(
      dirname(fileURLToPath(import.meta.resolve('livekit-client'))),
      'livekit-client.e2ee.worker.js',
    ),
    'utf8',
  );

const SUFFIX = '?text';

/**
 * Plug-in for `import { text } from 'package/worker?text'`: the code of a CommonJS variant, which a
 * browser can load as a classic script.
 */
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

/** Bundle of the page as a classic script. */
const bundlePage = async (): Promise<string> => {
  await using input = await rolldown({
    input: join(BROWSER, 'page', 'main.ts'),
    platform: 'browser',
    plugins: [asText],
  });
  const { output } = await input.generate({ format: 'iife', minify: true });
  return output[0].code;
};

/** Write `page.js` and `e2ee-worker.js` to the folder `dir`. */
export const writePage = async (dir: string): Promise<void> => {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'page.js'), await bundlePage());
  await writeFile(join(dir, 'e2ee-worker.js'), await readWorker());
};

if (import.meta.main) await writePage(GENERATED);
