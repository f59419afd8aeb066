import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { installPackages, packagesAreCurrent } from '../setup/npm-packages.mjs';

/** The page has its own packages, half a gigabyte: nothing else needs them. */
const folder = join(import.meta.dirname, 'page');
const requireThere = createRequire(join(folder, 'package.json'));

/** What is used of esbuild and sharp; their types are not there before they are. */
interface Esbuild {
  build(options: object): Promise<{ outputFiles: { path: string; text: string }[] }>;
}
type Sharp = (png: Uint8Array) => { png(options: object): { toBuffer(): Promise<Buffer> } };

export const hasOwnPackages = (): Promise<boolean> => packagesAreCurrent(folder);

export const installOwnPackages = async (signal: AbortSignal): Promise<void> => {
  if (!(await hasOwnPackages())) await installPackages(signal, folder);
};

/** The page that draws, with React and Grafana's components in it. */
export interface Bundle {
  script: string;
  style: string;
  /** Grafana's, by their path there. */
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
    // Fonts and pictures of the editors that come with Grafana's components and are drawn nowhere here.
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

/** With 256 colours at most: panels have few, and the file a quarter of its size. */
export const shrinkPng = async (png: Uint8Array): Promise<Buffer> =>
  (requireThere('sharp') as Sharp)(png)
    .png({ palette: true, colours: 256, effort: 10, dither: 0 })
    .toBuffer();
