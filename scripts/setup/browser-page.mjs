import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { root, setupCache, shown } from './paths.mjs';
import { runStep } from './run-step.mjs';

const engine = join(root, 'packages', 'engine');
const bundler = join(engine, 'scripts', 'bundle-page.ts');
const browser = join(engine, 'src', 'browser');
/** Paths of the generated scripts. */
export const generated = ['page.js', 'e2ee-worker.js'].map((name) =>
  join(browser, 'page.generated', name),
);
const stamp = join(setupCache, 'browser-page-sources.sha256');

/**
 * Returns true when the scripts of the page of browser participants exist and are built from the
 * present sources.
 */
export const browserPageIsCurrent = async () => {
  const [built, now] = await Promise.all([readFile(stamp, 'utf8').catch(() => ''), hashSources()]);
  if (built !== now) return false;
  return Promise.all(generated.map((file) => access(file))).then(
    () => true,
    () => false,
  );
};

/**
 * Files that are bundled: the sources of the page, and the lock file for livekit-client and the
 * bundler.
 */
export const pageFiles = async () => {
  const entries = await readdir(browser, { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !generated.includes(file));
  const shared = await Promise.all(
    ['client', 'exchange', 'voice'].map(async (name) => {
      const folder = join(engine, 'src', name);
      return (await readdir(folder)).map((file) => join(folder, file));
    }),
  );
  return [...sources, ...shared.flat(), bundler, join(root, 'package-lock.json')].sort();
};

/** SHA-256 over these files. */
const hashSources = async () => {
  const hash = createHash('sha256');
  for (const file of await pageFiles())
    hash.update(`\0${file.slice(root.length)}\0`).update(await readFile(file));
  return hash.digest('hex');
};

/** @param {AbortSignal} signal */
export const bundleBrowserPage = async (signal) => {
  const sources = await hashSources();
  await runStep({
    name: 'page of browser participants',
    usual: '1 s',
    command: await pinnedNode(),
    args: [shown(bundler)],
    cwd: root,
    hint: () => 'delete node_modules and start again',
    signal,
  });
  await mkdir(setupCache, { recursive: true });
  await writeFile(stamp, sources);
};
