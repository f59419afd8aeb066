import { join } from 'node:path';
import type { LaunchOptions } from 'puppeteer-core';

/** Engines that are browsers: `browser` is Chromium. */
export const BROWSER_ENGINES = ['browser', 'firefox'] as const;
export type BrowserEngine = (typeof BROWSER_ENGINES)[number];

/** Profile folder of a shard's browser; exists while the browser runs. */
export const browserProfile = (dir: string, shard: number, engine: BrowserEngine): string =>
  join(dir, `${engine}-profile-${shard}`);

/** Options of any browser. @param profile the only folder into which it writes */
export const processOptions = (profile: string): LaunchOptions => ({
  userDataDir: profile,
  headless: true,
  // Browsers write crash reports and caches to the home folder, whatever the profile is.
  env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  // Without these, puppeteer would end this process on a signal before its cleanup.
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
});

/** Switches that turn off everything but the pages: updates, sync, first-run pages, GPU. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/**
 * Options to start a browser that ends with this process and writes only into its profile.
 * @param flags additional switches
 */
export const launchOptions = (
  executablePath: string,
  profile: string,
  flags: readonly string[],
): LaunchOptions => ({
  ...processOptions(profile),
  executablePath,
  // With a pipe instead of a port, the browser ends when this process dies for any reason: the pipe
  // closes.
  pipe: true,
  // Chromium's sandbox does not start as root.
  args: [...FLAGS, ...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
