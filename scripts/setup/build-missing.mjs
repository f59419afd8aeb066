import { join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { withFileLock } from '../../packages/host/src/file-lock.mjs';
import { addonFiles, addonIsCurrent, buildAddon, builtProfile } from './addon.mjs';
import { browserPageIsCurrent, bundleBrowserPage, generated, pageFiles } from './browser-page.mjs';
import { noteComplete } from './complete.mjs';
import { expectTools } from './expect-tools.mjs';
import { installed, installPackages, packagesAreCurrent } from './npm-packages.mjs';
import { addon, impairment, root, setupCache } from './paths.mjs';
import { profileToBuild } from './profile.mjs';
import { bundledMain, programIsCurrent, programSources } from './program.mjs';
import { runStep } from './run-step.mjs';
import { provideServers } from './servers.mjs';

/** @import { Profile } from './profile.mjs' */

/** Note about the engine that a checkout gets. */
const CHECKOUT_PROFILE =
  'the media engine is a development build (profile checkout): a join costs 2.5 to 3.5 times the CPU of a release, a packet up to 1.4 times (docs/first-start.md). SWARM_ENGINE_PROFILE=release compiles that one';

/**
 * Installs and builds missing parts for `setup`.
 * @param {{ servers: readonly string[], engine: boolean, profile: Profile | null, signal: AbortSignal }} options
 */
export const buildMissing = async ({ servers, engine, profile, signal }) => {
  const startedAt = Date.now();
  const engineIsReady = async () => !engine || (await addonIsCurrent(profile));
  const pageIsReady = async () => !engine || (await browserPageIsCurrent());
  if (!((await packagesAreCurrent()) && (await engineIsReady()) && (await pageIsReady())))
    await locked(signal, async () => {
      const started = performance.now();
      const buildsEngine = !(await engineIsReady());
      await expectTools({ engine: buildsEngine, servers });
      // Rust needs no npm packages, so it starts beside their installation; Go follows. Two cores
      // are busy from the start to the end, and downloads take no time of their own.
      await allOrFirstError(signal, [
        async (signal) => {
          if (buildsEngine) await buildAddon(profileToBuild(profile), signal);
        },
        async (signal) => {
          if (!(await packagesAreCurrent())) await installPackages(signal);
          if (!(await pageIsReady())) await bundleBrowserPage(signal);
          if (servers.length > 0)
            await provideServers(servers, signal, { besideEngine: buildsEngine });
        },
      ]);
      const seconds = Math.round((performance.now() - started) / 1_000);
      log(`ready in ${seconds} s; the next start needs none of this`);
      if (buildsEngine && (await builtProfile()) === 'checkout') log(CHECKOUT_PROFILE);
    });
  if (!engine) return;
  if (!programIsCurrent())
    await locked(signal, async () => {
      if (!programIsCurrent()) await bundleProgram(signal);
    });
  const [addonSources, pageSources] = await Promise.all([addonFiles(), pageFiles()]);
  const sources = [...addonSources, ...pageSources, ...programSources()];
  const made = [installed, addon, ...(impairment === null ? [] : [impairment]), ...generated];
  noteComplete({
    sources,
    made: [...made, bundledMain()],
    profile: await builtProfile(),
    startedAt,
  });
};

/** @param {AbortSignal} signal @param {() => Promise<void>} work */
const locked = (signal, work) => {
  /** @param {number} pid */
  const onWait = (pid) => log(`process ${pid} is setting this checkout up, waiting for it`);
  return withFileLock(join(setupCache, 'lock'), work, { onWait, signal });
};

/**
 * Runs jobs at the same time. The first error ends the others, which keep what they have compiled in
 * the caches of their compilers; no job keeps running.
 * @param {AbortSignal} signal
 * @param {((signal: AbortSignal) => Promise<void>)[]} jobs
 */
const allOrFirstError = async (signal, jobs) => {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  /** @type {unknown[]} */
  const errors = [];
  await Promise.all(
    jobs.map((job) =>
      job(ended).catch((error) => {
        errors.push(error);
        failed.abort(error);
      }),
    ),
  );
  if (errors.length > 0) throw errors[0];
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
