import { setTimeout as sleep } from 'node:timers/promises';
import {
  type E2eeSecret,
  measureClockOffset,
  PROCESS_CLOCK_OFFSET_MS,
} from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import {
  ANSWER_MS,
  type Client,
  type ClientEvent,
  type ClientJoined,
  type ClientReading,
  SPARE_MS,
} from '../client/client.ts';
import { clientLayout } from '../client/client-layout.ts';
import type { Admission, EngineOptions } from '../engine.ts';
import { exchangeOf } from '../exchange/exchange-part.ts';
import { onRunClock, pageConversation } from './page-conversation.ts';
import { pageKey } from './page-key.ts';
import type { PageEvent, PageJoin, PageJoined, PageKey } from './page-protocol.ts';
import { pageTracks } from './page-tracks.ts';

export interface BrowserClientOptions {
  browser: Browser;
  /** Bundled script of the page. */
  script: string;
  plan: ParticipantPlan;
  options: EngineOptions;
  onEvent(event: ClientEvent): void;
  onLeft(): void;
}

const LEAVE_MS = 1_500;
const SCREENSHOT_MS = 2_000;

const MOST_CONSOLE_LINES = 1_000;

/** Address of an origin that browsers trust without TLS; no request leaves the browser. */
const SECURE_PAGE = 'http://localhost/';

/**
 * Open a page of a trusted origin: browsers offer cryptography only there (W3C Secure Contexts),
 * and about:blank does not count as one.
 */
const openSecureContext = async (page: Page): Promise<void> => {
  await page.setRequestInterception(true);
  page.once('request', (request) => {
    void request.respond({ contentType: 'text/html', body: '<!doctype html>' });
  });
  await page.goto(SECURE_PAGE);
  await page.setRequestInterception(false);
};

/** Client in a page of the browser: livekit-client, for one participant. */
export class BrowserClient implements Client {
  readonly #options: BrowserClientOptions;
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #console: string[] = [];
  /** Clock of the run minus that of this host, which the page reads, ms. */
  readonly #clockAheadMs: number;
  #ended: { reason: string; message: string } | null = null;

  private constructor(options: BrowserClientOptions, context: BrowserContext, page: Page) {
    this.#options = options;
    this.#context = context;
    this.#page = page;
    const { clockOffsetMs = PROCESS_CLOCK_OFFSET_MS } = options.options;
    this.#clockAheadMs = clockOffsetMs - measureClockOffset();
    page.on('console', (message) => this.#log(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.#log(`error: ${String(error)}`));
    page.on('error', () => this.end('page_crashed', 'the page of the browser crashed'));
  }

  /** @throws Error when the browser cannot open the page */
  static async open(options: BrowserClientOptions): Promise<BrowserClient> {
    // Each participant gets a browser context: a tab in the background would render no frames.
    const context = await options.browser.createBrowserContext();
    const page = await context.newPage();
    const client = new BrowserClient(options, context, page);
    await page.exposeFunction('swarmEvent', (event: string) =>
      client.#onPage(JSON.parse(event) as PageEvent),
    );
    // livekit-client makes the ids of calls with cryptography, and browsers give samples of audio to
    // trusted origins only.
    const { e2ee, exchange, conversation } = options.plan;
    if (e2ee !== null || exchange !== undefined || conversation !== undefined)
      await openSecureContext(page);
    await page.addScriptTag({ content: options.script });
    return client;
  }

  async join({ url, token, e2ee }: Admission): Promise<ClientJoined> {
    const { plan, options } = this.#options;
    const { joinTimeoutMs, signalling, reconnectPolicy } = options;
    const request: PageJoin = {
      url,
      token,
      singlePeerConnection: signalling !== 'v0',
      timeoutMs: joinTimeoutMs,
      reconnects: reconnectPolicy !== 'none',
      layout: clientLayout(plan),
      publish: pageTracks(plan.publish),
      exchange: exchangeOf(plan, options.elsewhere),
      conversation: plan.conversation === undefined ? null : pageConversation(),
      readsFrameMetadata: plan.readsFrameMetadata === true,
      e2ee: e2ee === undefined ? null : await pageKey(e2ee),
    };
    try {
      return await this.#call<PageJoined>('join', joinTimeoutMs + SPARE_MS, request);
    } catch (error) {
      const { reason, message } = this.#ended ?? {
        reason: 'client_timeout',
        message: `the page of the browser did not answer: ${String(error)}`,
      };
      return { ok: false, reason, message };
    }
  }

  async changeKey(secret: E2eeSecret): Promise<void> {
    await this.#call('changeKey', ANSWER_MS, await pageKey(secret));
  }

  async speak(utterance: number): Promise<void> {
    await this.#call('speak', ANSWER_MS, utterance);
  }

  read(): Promise<ClientReading> {
    return this.#call<ClientReading>('read', ANSWER_MS);
  }

  async leave(): Promise<void> {
    await this.#call('leave', LEAVE_MS).catch(() => {});
    await Promise.race([this.#context.close().catch(() => {}), sleep(LEAVE_MS)]);
    this.#options.onLeft();
  }

  async evidence(): Promise<Record<string, string | Uint8Array>> {
    const screenshot = await Promise.race([
      this.#page.screenshot().catch(() => null),
      sleep(SCREENSHOT_MS, null),
    ]);
    return {
      'console.log': this.#console.map((line) => `${line}\n`).join(''),
      ...(screenshot !== null && { 'screenshot.png': screenshot }),
    };
  }

  /** Report that the page has ended: further calls get no answer. */
  end(reason: string, message: string): void {
    if (this.#ended !== null) return;
    this.#ended = { reason, message };
    this.#log(`${reason}: ${message}`);
    this.#options.onEvent({ type: 'disconnected', reason, message });
  }

  #onPage(received: PageEvent): void {
    const { onEvent } = this.#options;
    const event = onRunClock(received, this.#clockAheadMs);
    if (event.type !== 'disconnected') onEvent(event);
    else onEvent({ ...event, message: `livekit-client was disconnected: ${event.reason}` });
  }

  async #call<Result>(
    name: string,
    timeoutMs: number,
    ...parameters: (PageJoin | PageKey | number)[]
  ): Promise<Result> {
    const text = JSON.stringify(parameters);
    const timer = new AbortController();
    try {
      return await Promise.race([
        this.#page.evaluate(`swarm.${name}(...${text})`) as Promise<Result>,
        sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
          throw new Error(`no answer within ${timeoutMs} ms`);
        }),
      ]);
    } finally {
      timer.abort();
    }
  }

  #log(line: string): void {
    this.#console.push(line);
    if (this.#console.length > MOST_CONSOLE_LINES) this.#console.shift();
  }
}
