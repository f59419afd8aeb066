import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { usageError } from '@livekit-swarm/settings';

/** Names of the program in packages of Linux distributions. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

const FIREFOX_NAMES = ['firefox', 'firefox-esr'];

const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const FIREFOX_APPLICATION = '/Applications/Firefox.app/Contents/MacOS/firefox';

export const NO_BROWSER_HINT =
  'install one (apt-get install chromium, or npx @puppeteer/browsers install chrome), or name its program with --browser or SWARM_BROWSER';

export const NO_FIREFOX_HINT =
  'install it (apt-get install firefox-esr, or npx @puppeteer/browsers install firefox)';

/**
 * Find the program of Firefox: on the `PATH`, in `/Applications`, or the newest in puppeteer's cache.
 * @returns null if none is installed
 */
export const findFirefox = (env: NodeJS.ProcessEnv = process.env): string | null =>
  [...onPath(FIREFOX_NAMES, env), FIREFOX_APPLICATION, ...inCache('firefox', env)].find(canRun) ??
  null;

/**
 * Find the program of the browser: the named one, or Chromium or Chrome on the `PATH`, in
 * `/Applications`, or the newest in puppeteer's cache.
 * @param named value of `--browser` or SWARM_BROWSER; undefined: any installed browser
 * @returns null if none is installed
 * @throws SwarmError `usage` if the named program cannot be run
 */
export const findBrowser = (
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): string | null => {
  if (named !== undefined) {
    if (canRun(named)) return named;
    throw usageError(
      `the browser ${named} cannot be run: it is missing, or not executable`,
      'correct the path (--browser, SWARM_BROWSER), or leave it out to take the installed one',
    );
  }
  return [...onPath(NAMES, env), ...APPLICATIONS, ...inCache('chrome', env)].find(canRun) ?? null;
};

const onPath = (names: readonly string[], env: NodeJS.ProcessEnv): string[] => {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
};

/**
 * Programs that `npx @puppeteer/browsers install` downloaded, such as
 * `chrome/linux-141.0.7390.76/chrome-linux64/chrome`.
 */
const inCache = (name: 'chrome' | 'firefox', env: NodeJS.ProcessEnv): string[] => {
  const cache = join(env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer'), name);
  const newestFirst = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });
  return entries(cache)
    .sort(newestFirst)
    .flatMap((version) =>
      entries(join(cache, version)).map((folder) => join(cache, version, folder, name)),
    );
};

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const canRun = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};
