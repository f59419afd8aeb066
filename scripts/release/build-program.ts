import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { writePage } from '../../packages/engine/scripts/bundle-page.ts';
import { LICENCES_FILE, renderLicences } from './licences.ts';
import { npmParts } from './npm-parts.ts';
import { root } from './packages.ts';

/**
 * Workspaces of `swarm`, which has them all: programs that others start by their paths are imported
 * by none of them.
 */
const WORKSPACES = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** Data that programs read at run time, and that users may want to read. */
const DATA = [
  'alerts',
  'chaos',
  'dashboards',
  'mixin.libsonnet',
  'scenarios',
  'packages/cli/bin',
  'packages/cli/launch',
  'packages/lab/k6',
  'packages/lab/livekit-server',
  'packages/chaos/schema',
  'packages/cli/schema',
  'packages/cost/schema',
  'packages/exporter/schema',
  'packages/ready/schema',
  'packages/report/schema',
  'packages/scenario/schema',
  'packages/webrtc/clips',
  'packaging/compose',
  'packaging/systemd',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'SECURITY.md',
];

/** Page that is bundled for the package; the one of the setup in a checkout may be older. */
const BROWSER_PAGE = 'packages/engine/src/browser/page.generated';

/**
 * Writes the program as JavaScript into `dir`, one module for each source and in the same folders,
 * because modules find workers, guards and data relative to themselves. Only names of workspaces
 * become paths.
 */
export const buildProgram = async (
  dir: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> => {
  const sources = (await Promise.all(WORKSPACES.map(filesOf))).flat();
  const isModule = (file: string) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.d.ts');
  const modules = sources.filter(isModule);
  await using bundle = await rolldown({
    input: modules.map((file) => join(root, file)),
    cwd: root,
    platform: 'node',
    // Helpers of the compiler become modules of the package.
    external: (name) => !/^(\.|\/|\0|@livekit-swarm\/|@oxc-project\/runtime\/)/.test(name),
    preserveEntrySignatures: 'strict',
    treeshake: false,
    // It runs under Node 24 or newer, so no syntax is lowered.
    transform: { target: 'esnext' },
    tsconfig: false,
  });
  const { output } = await bundle.write({
    dir,
    format: 'esm',
    preserveModules: true,
    preserveModulesRoot: root,
    entryFileNames: ({ facadeModuleId }) =>
      facadeModuleId?.endsWith('.mjs') ? '[name].mjs' : '[name].js',
  });
  const imported = new Set(
    output.flatMap((chunk) =>
      chunk.type === 'chunk' ? [...chunk.imports, ...chunk.dynamicImports] : [],
    ),
  );
  expectDeclared(
    imported,
    output.map(({ fileName }) => fileName),
    dependencies,
  );
  const data = sources.filter((file) => !isModule(file) && !file.endsWith('.d.ts'));
  for (const file of [...DATA, ...data]) await copy(file, dir);
  await writePage(join(dir, BROWSER_PAGE));
  await writeFile(
    join(dir, BROWSER_PAGE, LICENCES_FILE),
    await renderLicences(await npmParts('livekit-client')),
  );
};

/** Packages of the engines `browser` and `rtc`, which their users install. */
const OPTIONAL: ReadonlySet<string> = new Set(['puppeteer-core', '@livekit/rtc-node']);

/** @throws Error when a module imports a package that npm would not install */
const expectDeclared = (
  imported: ReadonlySet<string>,
  written: readonly string[],
  dependencies: Readonly<Record<string, string>>,
): void => {
  const nameOf = (path: string) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/');
  const missing = [...imported].filter(
    (path) =>
      !written.includes(path) &&
      !isBuiltin(path) &&
      dependencies[nameOf(path)] === undefined &&
      !OPTIONAL.has(nameOf(path)),
  );
  if (missing.length > 0)
    throw new Error(`not among the dependencies of the workspaces: ${missing.join(', ')}`);
};

/**
 * Sources of a workspace and their data, without tests, and without sources of pages, which are
 * already bundled.
 */
const filesOf = async (workspace: string): Promise<string[]> => {
  const folder = join('packages', workspace, 'src');
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((file) => !/\.test\.ts$|\/(golden|testing)\/|\/(html|browser)\/page\//.test(file))
    .filter((file) => !file.startsWith(BROWSER_PAGE));
};

const copy = async (file: string, dir: string): Promise<void> => {
  await mkdir(dirname(join(dir, file)), { recursive: true });
  await cp(join(root, file), join(dir, file), {
    recursive: true,
    filter: (path) => !/\.test\.ts$|\/node_modules(\/|$)/.test(path),
  });
};

/**
 * Writes the description of `packages/cli`, which contains its version, and its commit where git
 * knows it.
 */
export const writeCliDescription = async (dir: string, version: string): Promise<void> => {
  const gitHead = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: root }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  await writeFile(
    join(dir, 'packages', 'cli', 'package.json'),
    `${JSON.stringify({ type: 'module', version, gitHead }, null, 2)}\n`,
  );
};

/**
 * Packages of other publishers that the program needs, with the versions that the workspaces pin.
 */
export const dependenciesOf = async (
  read: (workspace: string) => Promise<{ dependencies?: Record<string, string> }>,
): Promise<Record<string, string>> => {
  const all = await Promise.all(WORKSPACES.map(read));
  const entries = all
    .flatMap(({ dependencies = {} }) => Object.entries(dependencies))
    .filter(([name]) => !name.startsWith('@livekit-swarm/'));
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)));
};
