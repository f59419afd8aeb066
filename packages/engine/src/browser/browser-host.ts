import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Browser, LaunchOptions } from 'puppeteer-core';
import type { Client, ClientEvent, ClientHost } from '../client/client.ts';
import type { EngineOptions } from '../engine.ts';
import { BrowserClient } from './browser-client.ts';
import { findBrowser, findFirefox, NO_BROWSER_HINT, NO_FIREFOX_HINT } from './find-browser.ts';
import { firefoxOptions } from './firefox.ts';
import { type BrowserEngine, browserProfile, launchOptions } from './launch-options.ts';

/**
 * Switches of Chromium: ICE candidates carry addresses instead of mDNS names, and pages may connect
 * to deployments in private networks.
 */
const FLAGS = [
  '--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests',
];

const LAUNCH_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 3_000;

/** One process of Chromium or Firefox, with a browser context for each participant. */
export class BrowserHost implements ClientHost {
  readonly #engine: BrowserEngine;
  readonly #options: EngineOptions;
  readonly #clients = new Set<BrowserClient>();
  #browser: Promise<Browser> | null = null;
  #profile: string | null = null;
  #script: Promise<string> | null = null;
  #isClosed = false;

  constructor(engine: BrowserEngine, options: EngineOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  async open(plan: ParticipantPlan, onEvent: (event: ClientEvent) => void): Promise<Client> {
    this.#browser ??= this.#launch().catch((error) => {
      // The next participant that joins tries to start the browser again.
      this.#browser = null;
      throw error;
    });
    this.#script ??= readFile(new URL('./page.generated/page.js', import.meta.url), 'utf8');
    const browser = await this.#browser;
    const client = await BrowserClient.open({
      browser,
      script: await this.#script,
      plan,
      options: this.#options,
      onEvent,
      onLeft: () => this.#clients.delete(client),
    });
    this.#clients.add(client);
    return client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const browser = await this.#browser?.catch(() => null);
    if (browser) await closeOrKill(browser);
    // Processes of the browser may still write for a moment after it has closed.
    if (this.#profile !== null)
      await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #launch(): Promise<Browser> {
    const { launch } = await import('puppeteer-core');
    const browser = await launch({
      ...(this.#engine === 'firefox' ? await this.#firefox() : await this.#chromium()),
      timeout: LAUNCH_TIMEOUT_MS,
    });
    browser.on('disconnected', () => this.#onEnded());
    return browser;
  }

  async #chromium(): Promise<LaunchOptions> {
    const program = findBrowser(this.#options.browser);
    if (program === null) throw new Error(`no browser is installed: ${NO_BROWSER_HINT}`);
    return launchOptions(program, await this.#profileFolder(), FLAGS);
  }

  async #firefox(): Promise<LaunchOptions> {
    const program = findFirefox();
    if (program === null) throw new Error(`Firefox: none is installed: ${NO_FIREFOX_HINT}`);
    return firefoxOptions(program, await this.#profileFolder());
  }

  async #profileFolder(): Promise<string> {
    const { dir, shard = 0 } = this.#options;
    this.#profile ??=
      dir === undefined
        ? await mkdtemp(join(tmpdir(), 'swarm-browser-'))
        : browserProfile(dir, shard, this.#engine);
    return this.#profile;
  }

  #onEnded(): void {
    if (this.#isClosed) return;
    // The next participant that joins starts another browser.
    this.#browser = null;
    const clients = [...this.#clients];
    this.#clients.clear();
    for (const client of clients) client.end('browser_ended', 'the browser ended unexpectedly');
  }
}

const closeOrKill = async (browser: Browser): Promise<void> => {
  const isClosed = await Promise.race([
    browser.close().then(
      () => true,
      () => false,
    ),
    sleep(CLOSE_TIMEOUT_MS, false),
  ]);
  if (!isClosed) browser.process()?.kill('SIGKILL');
};
