import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installPackages, packagesAreCurrent } from '../setup/npm-packages.mjs';

/** Folder of the page with its own packages, half a gigabyte, which no other program needs. */
const folder = join(import.meta.dirname, 'page');
const requireThere = createRequire(join(folder, 'package.json'));

/** Used parts of esbuild and sharp, whose types exist only after their installation. */
interface Esbuild {
  build(options: object): Promise<{ outputFiles: { path: string; text: string }[] }>;
}
type Sharp = (png: Uint8Array) => { png(options: object): { toBuffer(): Promise<Buffer> } };

export const hasOwnPackages = (): Promise<boolean> => packagesAreCurrent(folder);

export const installOwnPackages = async (signal: AbortSignal): Promise<void> => {
  if (!(await hasOwnPackages())) await installPackages(signal, folder);
};

/** Page that draws, bundled with React and Grafana's components. */
export interface Bundle {
  script: string;
  style: string;
  /** Fonts of Grafana, by path in its package. */
  fonts: ReadonlyMap<string, Buffer>;
}

export const bundlePage = async (): Promise<Bundle> => {
  const { build } = requireThere('esbuild') as Esbuild;
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'main.tsx')],
    outfile: 'page.js',
    write: false,
    bundle: true,
    minify: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Fonts and pictures of the editors that are part of Grafana's components, and are not used
    // here.
    loader: { '.ttf': 'empty', '.svg': 'dataurl' },
    logLevel: 'error',
  });
  const textOf = (ending: string): string =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css'), fonts: await readFonts() };
};

const FONTS = { Regular: 400, Medium: 500 };

const readFonts = async (): Promise<Map<string, Buffer>> => {
  const read = async ([name, weight]: [string, number]) => {
    const file = requireThere.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    return [`public/fonts/inter/Inter-${name}.woff2`, await readFile(file)] as const;
  };
  return new Map(await Promise.all(Object.entries(FONTS).map(read)));
};

/**
 * Compresses a picture to at most 256 colours: panels have few, and the file needs a quarter of the
 * size.
 */
export const shrinkPng = async (png: Uint8Array): Promise<Buffer> =>
  (requireThere('sharp') as Sharp)(png)
    .png({ palette: true, colours: 256, effort: 10, dither: 0 })
    .toBuffer();
