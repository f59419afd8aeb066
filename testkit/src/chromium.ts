import { accessSync, constants } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, launch } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Why a test that needs Chromium cannot run, and what to do about it. */
export const NO_CHROMIUM =
  'Chromium is not installed: apt-get install chromium, or say in CHROME_PATH where it is';

/**
 * Where Chromium is: `CHROME_PATH`, or the first known name on the `PATH`; null when there is none.
 * @throws Error when `CHROME_PATH` names nothing that can be run
 */
export const findChromium = (): string | null => {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH !== undefined && CHROME_PATH !== '') {
    if (canRun(CHROME_PATH)) return CHROME_PATH;
    throw new Error(
      `CHROME_PATH is ${CHROME_PATH}, which cannot be run: correct it, or unset it to look on the PATH`,
    );
  }
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(canRun) ?? null;
};

const canRun = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** A browser of a test's own, with a fake camera and a fake microphone; its profile goes with it. */
export interface Chromium extends AsyncDisposable {
  readonly browser: Browser;
  /** Its profile: its processes carry the path in their command line. */
  readonly profile: string;
}

/** Nothing but the page: no updates, no sync, no first-run pages, no asking for leave. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream=fps=30',
  '--use-fake-ui-for-media-stream',
];

export const launchChromium = async (executablePath: string): Promise<Chromium> => {
  const profile = await mkdtemp(join(tmpdir(), 'swarm-chromium-'));
  // Crash reports and caches go to the home, whatever the profile.
  const env = { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile };
  // Over a pipe rather than a port: when we die, however we do, the pipe closes and the browser ends.
  // Nor may puppeteer end us on a signal before we have cleared up.
  const ours = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  const browser = await launch({
    executablePath,
    userDataDir: profile,
    headless: true,
    pipe: true,
    args: FLAGS,
    env,
    ...ours,
  });
  /** Resolves when its processes have ended and the profile is gone. */
  const close = async () => {
    await browser.close();
    for (let tries = 0; tries < 50 && (await processesOf(profile)).length > 0; tries++) {
      await sleep(100);
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, profile, [Symbol.asyncDispose]: close };
};

/** Ids of the processes that have `text` in their command line; none where there is no /proc. */
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
