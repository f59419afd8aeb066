import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { withFileLock } from '../../packages/host/src/file-lock.mjs';
import { addonFiles, addonIsCurrent, buildAddon } from './addon.mjs';
import { browserPageIsCurrent, bundleBrowserPage, generated, pageFiles } from './browser-page.mjs';
import { noteComplete } from './complete.mjs';
import { installed, installPackages, packagesAreCurrent } from './npm-packages.mjs';
import { addon, impairment, root, setupCache } from './paths.mjs';
import { bundledMain, programIsCurrent, programSources } from './program.mjs';
import { runStep } from './run-step.mjs';
import { provideServers } from './servers.mjs';

/** Number of cores from which Rust and Go are built in parallel. */
const CORES_FOR_BOTH = 4;

/**
 * Installs and builds missing parts for `setup`.
 * @param {{ servers: string[], engine: boolean, signal: AbortSignal }} options
 */
export const buildMissing = async ({ servers, engine, signal }) => {
  const startedAt = Date.now();
  const engineIsReady = async () => !engine || (await addonIsCurrent());
  const pageIsReady = async () => !engine || (await browserPageIsCurrent());
  if (!((await packagesAreCurrent()) && (await engineIsReady()) && (await pageIsReady())))
    await locked(signal, async () => {
      const started = performance.now();
      if (!(await packagesAreCurrent())) await installPackages(signal);
      if (!(await pageIsReady())) await bundleBrowserPage(signal);
      const builds = [];
      if (!(await engineIsReady())) builds.push(() => buildAddon(signal));
      if (servers.length > 0) builds.push(() => provideServers(servers, signal));
      if (builds.length > 0)
        log('building what is missing; goal for a first start: under 6 minutes on 4 cores');
      if (availableParallelism() >= CORES_FOR_BOTH) await allOrFirstError(builds);
      else for (const build of builds) await build();
      const seconds = Math.round((performance.now() - started) / 1_000);
      log(`ready in ${seconds} s; the next start needs none of this`);
    });
  if (!engine) return;
  if (!programIsCurrent())
    await locked(signal, async () => {
      if (!programIsCurrent()) await bundleProgram(signal);
    });
  const [addonSources, pageSources] = await Promise.all([addonFiles(), pageFiles()]);
  const sources = [...addonSources, ...pageSources, ...programSources()];
  const made = [installed, addon, ...(impairment === null ? [] : [impairment]), ...generated];
  noteComplete({ sources, made: [...made, bundledMain()], startedAt });
};

/** @param {AbortSignal} signal @param {() => Promise<void>} work */
const locked = (signal, work) => {
  /** @param {number} pid */
  const onWait = (pid) => log(`process ${pid} is setting this checkout up, waiting for it`);
  return withFileLock(join(setupCache, 'lock'), work, { onWait, signal });
};

/**
 * Waits for all builds, even when one fails: the results of the others are kept, and no builder
 * keeps running.
 * @param {(() => Promise<void>)[]} builds
 */
const allOrFirstError = async (builds) => {
  for (const result of await Promise.allSettled(builds.map((build) => build())))
    if (result.status === 'rejected') throw result.reason;
};

/** @param {AbortSignal} signal */
const bundleProgram = async (signal) =>
  runStep({
    name: 'program',
    usual: '2 s',
    command: await pinnedNode(),
    args: ['scripts/setup/bundle-program.mjs'],
    cwd: root,
    hint: () => 'delete node_modules and start again',
    signal,
  });
