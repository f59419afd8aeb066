import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser, launchOptions } from '@livekit-swarm/engine/chromium';
import { launch } from 'puppeteer-core';
import type { Pair, PairState } from './pair.ts';

const FLAGS = [
  '--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
];

/** Two rooms of livekit-client in a page of Chromium. @param bundle UMD bundle of livekit-client */
export const openBrowserPair = async (bundle: string): Promise<Pair> => {
  const program = findBrowser(process.env.SWARM_BROWSER);
  if (program === null) throw new Error('Chromium is not installed: apt-get install chromium');
  const profile = await mkdtemp(join(tmpdir(), 'swarm-compatibility-'));
  const browser = await launch(launchOptions(program, profile, FLAGS));
  const page = await browser.newPage();
  await page.addScriptTag({ path: bundle });
  await page.addScriptTag({ path: join(import.meta.dirname, 'page.js') });
  const call = async <Result>(name: string, ...args: unknown[]): Promise<Result> =>
    (await page.evaluate(`pair.${name}(...${JSON.stringify(args)})`)) as Result;
  return {
    join: async (url, tokens) => void (await call('join', url, tokens)),
    say: async () => void (await call('say')),
    read: () => call<PairState>('read'),
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
};
