import { join } from 'node:path';
import type { LaunchOptions } from 'puppeteer-core';

/** The folder of the browser of a shard while it runs. */
export const browserProfile = (dir: string, shard: number): string =>
  join(dir, `browser-profile-${shard}`);

/** Nothing but the pages: no updates, no sync, no first-run pages, no GPU. */
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
 * How swarm starts a browser: it ends with this process, and writes nowhere but into its profile.
 * @param flags in addition
 */
export const launchOptions = (
  executablePath: string,
  profile: string,
  flags: readonly string[],
): LaunchOptions => ({
  executablePath,
  userDataDir: profile,
  headless: true,
  // Over a pipe rather than a port: when this process dies, however it does, the pipe closes and the browser ends.
  pipe: true,
  // Chromium's sandbox does not start as root.
  args: [...FLAGS, ...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  // Crash reports and caches go to the home, whatever the profile.
  env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  // Nor may puppeteer end this process on a signal before it has cleared up.
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
});
