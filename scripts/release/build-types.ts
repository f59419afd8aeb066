import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { readDescription, root } from './packages.ts';

/**
 * Writes the declarations of the entries in scripts/release/tsconfig.json, and of all their
 * imports, into `dir`, in the folders of their modules.
 */
export const buildTypes = async (dir: string): Promise<void> => {
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );
  const folder = await mkdtemp(join(root, '.cache', 'types-'));
  const config = join(folder, 'tsconfig.json');
  try {
    await writeFile(
      config,
      JSON.stringify({
        extends: join(root, 'scripts', 'release', 'tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          emitDeclarationOnly: true,
          rewriteRelativeImportExtensions: true,
          typeRoots: [join(root, 'node_modules', '@types')],
          rootDir: root,
          outDir: dir,
        },
      }),
    );
    await promisify(execFile)(process.execPath, [tsc, '-p', config]);
  } finally {
    await rm(folder, { recursive: true });
  }
  const files = await readdir(join(dir, 'packages'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.d.ts')))
    await withPaths(dir, join('packages', file));
};

const IMPORT = /((?:from|import)\s*\(?['"])([^'"]+)(['"])/g;

/** Replaces names of workspaces and sources in a declaration with published paths. */
const withPaths = async (dir: string, file: string): Promise<void> => {
  const text = await readFile(join(dir, file), 'utf8');
  const names = [...text.matchAll(IMPORT)].map(([, , name = '']) => name);
  const paths = new Map<string, string>();
  for (const name of names) paths.set(name, await publishedPath(name, dirname(file)));
  await writeFile(
    join(dir, file),
    text.replace(IMPORT, (_, before: string, name: string, after: string) => {
      return `${before}${paths.get(name) ?? name}${after}`;
    }),
  );
};

const publishedPath = async (name: string, folder: string): Promise<string> => {
  if (name.startsWith('.')) return name.replace(/(?<!\.d)\.ts$/, '.js');
  const [, workspace, entry = ''] = /^@livekit-swarm\/([^/]+)(\/.+)?$/.exec(name) ?? [];
  if (workspace === undefined) return name;
  const { exports } = await readDescription(join('packages', workspace));
  const found =
    typeof exports === 'string' ? exports : (exports as Record<string, unknown>)[`.${entry}`];
  if (typeof found !== 'string') throw new Error(`${name} is not exported by its workspace`);
  const path = relative(folder, join('packages', workspace, found)).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
};
