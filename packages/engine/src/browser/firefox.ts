import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exitWithParent } from '@livekit-swarm/host';
import { shellLine } from '@livekit-swarm/settings';
import type { LaunchOptions } from 'puppeteer-core';

const PREFERENCES = {
  // ICE candidates carry addresses instead of mDNS names, also those of the loopback interface.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
};

/**
 * Options to start Firefox that writes only into its profile. It is spoken to over a port
 * (WebDriver BiDi), which does not close with this process: the kernel ends it instead.
 */
export const firefoxOptions = async (program: string, folder: string): Promise<LaunchOptions> => {
  // Firefox takes a relative path for one below its own folder.
  const profile = resolve(folder);
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const executablePath = join(profile, 'start-firefox');
  await writeFile(executablePath, `#!/bin/sh\nexec ${shellLine(exitWithParent([program]))} "$@"\n`);
  await chmod(executablePath, 0o700);
  return {
    browser: 'firefox',
    executablePath,
    userDataDir: profile,
    headless: true,
    extraPrefsFirefox: PREFERENCES,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  };
};
