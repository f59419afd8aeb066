import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { withFileLock } from '../../packages/host/src/file-lock.mjs';
import { addonIsCurrent, buildAddon } from './addon.mjs';
import { browserPageIsCurrent, bundleBrowserPage } from './browser-page.mjs';
import { installPackages, packagesAreCurrent } from './npm-packages.mjs';
import { setupCache } from './paths.mjs';
import { provideServers } from './servers.mjs';

/** Rust and Go side by side pay off from here on. */
const CORES_FOR_BOTH = 4;

/**
 * Installs and builds what is missing or out of date; returns within milliseconds when nothing is. Two at a time wait for one another,
 * and an interrupted one leaves nothing half done: each result appears whole, or not at all.
 *
 * Throws a SetupError; when `signal` aborts, its reason.
 *
 * @param {{ servers?: string[], engine?: boolean, signal: AbortSignal }} options `servers`: versions of livekit-server to get ready where
 *   something else has to be built anyway; otherwise `swarm` does it when it needs one. `engine`: false if no media is needed.
 */
export const setup = async ({ servers = [], engine = true, signal }) => {
  const engineIsReady = async () => !engine || (await addonIsCurrent());
  const pageIsReady = async () => !engine || (await browserPageIsCurrent());
  if ((await packagesAreCurrent()) && (await engineIsReady()) && (await pageIsReady())) return;
  const started = performance.now();
  /** @param {number} pid */
  const onWait = (pid) => log(`process ${pid} is setting this checkout up, waiting for it`);
  await withFileLock(
    join(setupCache, 'lock'),
    async () => {
      if (!(await packagesAreCurrent())) await installPackages(signal);
      if (!(await pageIsReady())) await bundleBrowserPage(signal);
      const builds = [];
      if (!(await engineIsReady())) builds.push(() => buildAddon(signal));
      if (servers.length > 0) builds.push(() => provideServers(servers, signal));
      if (builds.length > 0)
        log('building what is missing; goal for a first start: under 6 minutes on 4 cores');
      if (availableParallelism() >= CORES_FOR_BOTH) await allOrFirstError(builds);
      else for (const build of builds) await build();
    },
    { onWait, signal },
  );
  log(
    `ready in ${Math.round((performance.now() - started) / 1_000)} s; the next start needs none of this`,
  );
};

/**
 * Waits for all, even when one fails: what the other builds is kept, and no builder is left running.
 *
 * @param {(() => Promise<void>)[]} builds
 */
const allOrFirstError = async (builds) => {
  for (const result of await Promise.allSettled(builds.map((build) => build())))
    if (result.status === 'rejected') throw result.reason;
};
