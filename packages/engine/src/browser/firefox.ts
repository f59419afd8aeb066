import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exitWithParent } from '@livekit-swarm/host';
import { shellLine } from '@livekit-swarm/settings';
import type { LaunchOptions } from 'puppeteer-core';
import { processOptions } from './launch-options.ts';

const PREFERENCES = {
  // ICE candidates carry addresses instead of mDNS names, also those of the loopback interface.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
};

/**
 * Options to start Firefox so that it writes only into its profile. puppeteer controls it through a
 * port (WebDriver BiDi), which does not close with this process: the kernel ends it instead.
 */
export const firefoxOptions = async (program: string, folder: string): Promise<LaunchOptions> => {
  // Firefox takes a relative path for one below its own folder.
  const profile = resolve(folder);
  await mkdir(profile, { recursive: true, mode: 0o700 });
  const executablePath = join(profile, 'start-firefox');
  await writeFile(executablePath, `#!/bin/sh\nexec ${shellLine(exitWithParent([program]))} "$@"\n`);
  await chmod(executablePath, 0o700);
  return {
    ...processOptions(profile),
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: PREFERENCES,
  };
};
