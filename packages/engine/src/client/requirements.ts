import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { ClientEngineName, Plan } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import { assertStarts } from '../browser/assert-starts.ts';
import {
  findBrowser,
  findFirefox,
  NO_BROWSER_HINT,
  NO_FIREFOX_HINT,
} from '../browser/find-browser.ts';

const PUPPETEER = { name: 'puppeteer-core', version: '25.16.0' };

/**
 * npm packages of the engines, with the versions that are tested. They are not installed with swarm:
 * most runs do not need them.
 */
const PACKAGES: Record<ClientEngineName, { name: string; version: string }> = {
  browser: PUPPETEER,
  firefox: PUPPETEER,
  rtc: { name: '@livekit/rtc-node', version: '1.1.0' },
};

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
  for (const engine of engines) {
    if (engine === undefined) continue;
    const { name, version } = PACKAGES[engine];
    if (!isInstalled(name))
      throw usageError(
        `the engine ${engine} needs the package ${name}, which is not installed`,
        `npm install ${name}@${version}, in the folder where livekit-swarm is installed`,
      );
  }
  if (participants.some(({ ingress }) => ingress === 'rtmp') && !hasEncoder())
    throw usageError(
      'participants with ingress: rtmp need ffmpeg with libx264, and none is installed',
      'install it: "apt-get install ffmpeg" on Debian',
    );
  if (engines.has('firefox')) {
    const firefox = findFirefox();
    if (firefox === null)
      throw usageError('the engine firefox needs Firefox, and none is installed', NO_FIREFOX_HINT);
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
