import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Plan } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import { assertStarts } from '../browser/assert-starts.ts';
import { findBrowser, findFirefox, NO_BROWSER_HINT, NO_FIREFOX } from '../browser/find-browser.ts';

/** npm packages of the engines. They are not installed with swarm: most runs do not need them. */
const PACKAGES = {
  browser: 'puppeteer-core',
  firefox: 'puppeteer-core',
  rtc: '@livekit/rtc-node',
} as const;

/** Versions of the packages that are tested. */
const VERSIONS = { browser: '25.16.0', firefox: '25.16.0', rtc: '1.1.0' } as const;

/**
 * Check that this host has everything that the real clients and encoders of a plan need.
 * @param browser value of `--browser`
 * @throws SwarmError `usage` that names the missing program or package and how to install it
 */
export const assertClients = (
  { participants }: Pick<Plan, 'participants'>,
  browser?: string,
): void => {
  const engines = new Set(participants.map(({ engine }) => engine));
  for (const engine of ['browser', 'firefox', 'rtc'] as const)
    if (engines.has(engine) && !isInstalled(PACKAGES[engine]))
      throw usageError(
        `the engine ${engine} needs the package ${PACKAGES[engine]}, which is not installed`,
        `npm install ${PACKAGES[engine]}@${VERSIONS[engine]}, in the folder where livekit-swarm is installed`,
      );
  if (participants.some(({ ingress }) => ingress === 'rtmp') && !hasEncoder())
    throw usageError(
      'participants with ingress: rtmp need ffmpeg with libx264, and none is installed',
      'install it: "apt-get install ffmpeg" on Debian',
    );
  if (engines.has('firefox')) {
    const firefox = findFirefox();
    if (firefox === null)
      throw usageError(`the engine firefox needs Firefox, and ${NO_FIREFOX.what}`, NO_FIREFOX.hint);
    assertStarts(firefox, 'firefox');
  }
  if (!engines.has('browser')) return;
  const program = findBrowser(browser);
  if (program === null)
    throw usageError(
      'the engine browser needs Chromium or Chrome, and none is installed',
      NO_BROWSER_HINT,
    );
  assertStarts(program);
};

/** True if ffmpeg is on PATH and encodes H.264. */
const hasEncoder = (): boolean => {
  const asked = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return asked.stdout?.includes('libx264') === true;
};

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};
