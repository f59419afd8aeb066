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
 * Programs that a run starts, and what they load into the same process. Other programs, such as
 * rollbacks of drills, may outlive the bundle, and run from the sources. Each process has a bundle
 * of its own, so that it holds only what it uses: a part that worker processes shared with the CLI
 * had the schemas of scenarios and records, which take 13 MiB of a process.
 */
const PROCESSES = [
  ['packages/agents/src/worker/job-process.ts'],
  ['packages/cli/src/main.ts'],
  ['packages/host/src/guard/guard.ts'],
  ['packages/runner/src/native-engine.ts', 'packages/runner/src/worker.ts'],
];
const PROGRAMS = new Set(PROCESSES.flat());

const KEPT = 4;
const KEPT_MS = 24 * 3_600_000;

/** @param {string} file of the checkout, absolute */
const pathOf = (file) => file.slice(root.length);
/** @param {string} id of a module */
const isOwn = (id) => id.startsWith(`${root}packages/`) && !id.includes('/node_modules/');
/** @param {string} path of a source */
const built = (path) => path.replace(/\.ts$/, '.js');

/** @type {Set<string>} Modules that were read. A bundle lacks those that only pass the exports of others on. */
const read = new Set();

/**
 * Plugin that keeps the places of modules, by which they find their data: those of the sources,
 * except for bundled programs.
 * @param {string} dir
 */
const places = (dir) => ({
  name: 'places',
  /** @param {string} code @param {string} id */
  transform: (code, id) => {
    read.add(id);
    if (!isOwn(id) || !code.includes('import.meta.')) return null;
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
/**
 * Bundles the modules of a process.
 * @param {string} dir folder of the bundle
 * @param {readonly string[]} paths of its programs
 */
const bundle = async (dir, paths) => {
  await using input = await rolldown({
    input: Object.fromEntries(paths.map((path) => [path.slice(0, -'.ts'.length), root + path])),
    cwd: root,
    platform: 'node',
    external: isExternal,
    plugins: [places(dir)],
    // Modules of this checkout do nothing for those that only import them.
    treeshake: { moduleSideEffects: (id) => (isOwn(id) ? false : undefined) },
    preserveEntrySignatures: 'strict',
    transform: { target: 'esnext' },
    tsconfig: false,
  });
  await input.write({
    dir: unfinished,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
  });
};

const name = randomBytes(8).toString('hex');
await mkdir(programs, { recursive: true });
try {
  for (const programsOfOne of PROCESSES) await bundle(join(programs, name), programsOfOne);
  const sources = [...read].filter((id) => id.startsWith(root) && !id.includes('/node_modules/'));
  const paths = [...sources, join(root, 'package-lock.json'), import.meta.filename];
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
