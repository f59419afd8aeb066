// `npm run build` in packages/beacon: one file that any browser loads (dist/beacon.js) and its
// types.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** Writes `beacon.js` into `dir`: an ES module without imports. */
export const buildBeacon = async (dir: string): Promise<void> => {
  await using bundle = await rolldown({
    input: join(root, 'src', 'index.ts'),
    platform: 'browser',
    transform: { target: 'es2020' },
  });
  await bundle.write({
    file: join(dir, 'beacon.js'),
    format: 'esm',
    minify: true,
    sourcemap: true,
  });
};

/** Writes the declarations into `dir`; the entry is `index.d.ts`. */
export const buildTypes = async (dir: string): Promise<void> => {
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );
  const flags = [
    '--noEmit',
    'false',
    '--declaration',
    '--emitDeclarationOnly',
    '--rewriteRelativeImportExtensions',
    '--outDir',
    dir,
  ];
  await promisify(execFile)(process.execPath, [
    tsc,
    '-p',
    join(root, 'tsconfig.build.json'),
    ...flags,
  ]);
};

if (import.meta.main) {
  await buildBeacon(join(root, 'dist'));
  await buildTypes(join(root, 'dist'));
}
