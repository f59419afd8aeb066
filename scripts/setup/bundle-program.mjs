/**
 * `node scripts/setup/bundle-program.mjs`: bundles `swarm` with its workers and guards, so that
 * Node opens a few files instead of 400 to 800. Writes a folder of `.cache/program`, as programs
 * that run may still load parts of older ones, and notes its name and its sources in
 * `.cache/setup/program.json`.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { stampOf } from './complete.mjs';
import { programNote, programs, root, setupCache } from './paths.mjs';

/**
 * Packages that most starts load. Others stay in place, because they may look for files next to
 * their modules.
 */
const BUNDLED = new Set([
  ...['@bufbuild/protobuf', '@datadog/sketches-js', '@livekit/protocol', 'commander', 'get-port'],
  ...[
    'fastest-levenshtein',
    'pure-rand',
    'sdp-transform',
    'simple-statistics',
    'ws',
    'yaml',
    'zod',
  ],
]);

/**
 * Programs that a run starts. Other programs, such as rollbacks of drills, may outlive the bundle,
 * and run from the sources.
 */
const PROGRAMS = new Set([
  'packages/agents/src/worker/job-process.ts',
  'packages/cli/src/main.ts',
  'packages/host/src/guard/guard.ts',
  'packages/runner/src/native-engine.ts',
  'packages/runner/src/worker.ts',
]);

const KEPT = 4;
const KEPT_MS = 24 * 3_600_000;

/** @param {string} file of the checkout, absolute */
const pathOf = (file) => file.slice(root.length);
/** @param {string} path of a source */
const built = (path) => path.replace(/\.ts$/, '.js');

/**
 * Plugin that keeps the places of modules, by which they find their data: those of the sources,
 * except for bundled programs.
 * @param {string} dir
 */
const places = (dir) => ({
  name: 'places',
  /** @param {string} code @param {string} id */
  transform: (code, id) => {
    if (!id.startsWith(`${root}packages/`) || id.includes('/node_modules/')) return null;
    if (!code.includes('import.meta.')) return null;
    return code
      .replaceAll(/siblingModule\(import\.meta\.url, '([^']+)'\)/g, (call, path) => {
        const source = pathOf(join(dirname(id), `${path}.ts`));
        if (!PROGRAMS.has(source) || source === 'packages/cli/src/main.ts') return call;
        return `new URL(${JSON.stringify(pathToFileURL(join(dir, built(source))).href)})`;
      })
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)));
  },
});

/** @param {string} name name in the import */
const isExternal = (name) => {
  if (/^(\.|\/|\0|@livekit-swarm\/|@oxc-project\/runtime\/)/.test(name)) return false;
  const [scope = '', rest] = name.split('/');
  return !BUNDLED.has(scope.startsWith('@') ? `${scope}/${rest}` : scope);
};

/** Removes folders that no running program can need. */
const removeOld = async () => {
  const found = await Promise.all(
    (await readdir(programs)).map(async (name) => {
      const { mtimeMs } = await stat(join(programs, name));
      return { name, mtimeMs };
    }),
  );
  const old = found.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(KEPT);
  for (const { name, mtimeMs } of old)
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(programs, name), { recursive: true });
};

const startedAt = Date.now();
const unfinished = join(programs, `unfinished-${process.pid}`);
/** @param {string} dir folder of the bundle */
const bundle = async (dir) => {
  await using input = await rolldown({
    input: Object.fromEntries(
      [...PROGRAMS].map((path) => [path.slice(0, -'.ts'.length), root + path]),
    ),
    cwd: root,
    platform: 'node',
    external: isExternal,
    plugins: [places(dir)],
    preserveEntrySignatures: 'strict',
    transform: { target: 'esnext' },
    tsconfig: false,
  });
  return await input.write({
    dir: unfinished,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
  });
};

const name = randomBytes(8).toString('hex');
await mkdir(programs, { recursive: true });
try {
  const { output } = await bundle(join(programs, name));
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  const sources = modules.filter((id) => id.startsWith(root) && !id.includes('/node_modules/'));
  const paths = [...new Set(sources), join(root, 'package-lock.json'), import.meta.filename];
  const edited = (await Promise.all(paths.map((path) => stat(path)))).some(
    ({ ctimeMs }) => ctimeMs >= startedAt,
  );
  // A source that was edited meanwhile may be bundled in either state.
  const stamps = Object.fromEntries(paths.map((path) => [path, edited ? null : stampOf(path)]));
  await writeFile(join(unfinished, 'package.json'), '{ "type": "module" }\n');
  await rename(unfinished, join(programs, name));
  await mkdir(setupCache, { recursive: true });
  await writeFile(`${programNote}.${process.pid}`, JSON.stringify({ name, stamps }));
  await rename(`${programNote}.${process.pid}`, programNote);
} finally {
  await rm(unfinished, { recursive: true, force: true });
}
await removeOld();
