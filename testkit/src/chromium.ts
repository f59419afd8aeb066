import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBrowser, launchOptions } from '@livekit-swarm/engine/chromium';
import { type Browser, launch } from 'puppeteer-core';

/** Reason for which a test that needs Chromium cannot run, with the remedy. */
export const NO_CHROMIUM =
  'Chromium is not installed: apt-get install chromium, or say in CHROME_PATH where it is';

/**
 * Path of Chromium: `CHROME_PATH`, or the browser of participants of the engine `browser`; null:
 * none.
 * @throws Error when `CHROME_PATH` is not an executable
 */
export const findChromium = (): string | null => {
  const { CHROME_PATH = '' } = process.env;
  return findBrowser(CHROME_PATH === '' ? undefined : CHROME_PATH);
};

/**
 * Browser of one test, with a fake camera and a fake microphone; its profile is removed with it.
 */
export interface Chromium extends AsyncDisposable {
  readonly browser: Browser;
  /** Folder of its profile, which the command lines of its processes contain. */
  readonly profile: string;
}

/** Flags with which a page may use fake devices without asking. */
const FAKE_DEVICES = [
  '--use-fake-device-for-media-stream=fps=30',
  '--use-fake-ui-for-media-stream',
];

export const launchChromium = async (
  executablePath: string,
  flags: readonly string[] = [],
): Promise<Chromium> => {
  const profile = await mkdtemp(join(tmpdir(), 'swarm-chromium-'));
  const browser = await launch(launchOptions(executablePath, profile, [...FAKE_DEVICES, ...flags]));
  /** Resolves when its processes have ended and the profile is removed. */
  const close = async () => {
    await browser.close();
    for (let tries = 0; tries < 50 && (await processesOf(profile)).length > 0; tries++) {
      await sleep(100);
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, profile, [Symbol.asyncDispose]: close };
};

/** Ids of the processes that have `text` in their command line; empty without /proc. */
export const processesOf = async (text: string): Promise<number[]> => {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    ids.map(async (id) => ({
      id: Number(id),
      command: await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''),
    })),
  );
  return commands.filter(({ command }) => command.includes(text)).map(({ id }) => id);
};
