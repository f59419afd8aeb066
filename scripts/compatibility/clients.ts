import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openBrowserPair } from './browser-pair.ts';
import { openNativePair } from './native-pair.ts';
import type { TestedClient } from './pair.ts';
import { openRtcPair } from './rtc-pair.ts';

const run = promisify(execFile);

/** Versions of livekit-client; each is the newest of its range. */
const BROWSER_RANGES = ['2.13', '2.18', 'latest'] as const;

const ROOT = join(import.meta.dirname, '../..');
const INSTALLED = join(ROOT, '.cache/compatibility');

const versionOf = async (folder: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
};

const browserClient = async (folder: string): Promise<TestedClient> => ({
  name: `livekit-client ${await versionOf(folder)}`,
  open: () => openBrowserPair(join(folder, 'dist/livekit-client.umd.js')),
});

/** livekit-client that this checkout depends on. */
export const ownBrowserClient = (): Promise<TestedClient> =>
  browserClient(join(ROOT, 'node_modules/livekit-client'));

export const rtcClient = async (): Promise<TestedClient> => ({
  name: `@livekit/rtc-node ${await versionOf(join(ROOT, 'node_modules/@livekit/rtc-node'))}`,
  open: async () => openRtcPair(),
});

export const nativeClient: TestedClient = {
  name: 'native engine',
  open: async () => openNativePair(),
};

const NAMED = BROWSER_RANGES.map(
  (range) => [`livekit-client-${range.replace('.', '-')}`, range] as const,
);

/** Installs the versions of livekit-client side by side into `.cache`, from the registry of npm. */
export const installBrowserClients = async (): Promise<void> => {
  await mkdir(INSTALLED, { recursive: true });
  await writeFile(join(INSTALLED, 'package.json'), '{ "private": true }\n');
  const packages = NAMED.map(([name, range]) => `${name}@npm:livekit-client@${range}`);
  const command = ['install', '--no-save', '--ignore-scripts', '--no-audit', ...packages];
  await run('npm', command, { cwd: INSTALLED });
};

export const installedBrowserClients = (): Promise<TestedClient[]> =>
  Promise.all(NAMED.map(([name]) => browserClient(join(INSTALLED, 'node_modules', name))));
