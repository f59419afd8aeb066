import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'puppeteer-core';

/** The browser's inbound-rtp statistics of one subscribed track (W3C webrtc-stats §8.4; times in seconds). */
export interface TrackReport {
  from: string;
  kind: 'audio' | 'video';
  mimeType: string;
  packetsReceived: number;
  packetsLost: number;
  jitterBufferDelay: number;
  jitterBufferEmittedCount: number;
  /** Video only. */
  framesDecoded: number;
  framesDropped: number;
  keyFramesDecoded: number;
  frameWidth: number;
  frameHeight: number;
  freezeCount: number;
  totalFreezesDuration: number;
  pliCount: number;
  /** Audio only. */
  totalAudioEnergy: number;
  totalSamplesReceived: number;
  concealedSamples: number;
}

/** Two pictures of a video as it is on the screen. */
export interface Look {
  width: number;
  height: number;
  /** Share of the pixels that changed, and share that has the colour of the box in our clips. */
  changed: number;
  orange: number;
}

/** A livekit-client in a browser's page. */
export interface Viewer extends AsyncDisposable {
  join(url: string, token: string): Promise<void>;
  /** Sends a reliable data message. */
  say(): Promise<void>;
  /** Data messages received, and frames or messages that could not be decrypted: how often livekit-client reported it. */
  heard(): Promise<{ messages: number; encryptionErrors: number }>;
  /** Camera and microphone. */
  publish(): Promise<void>;
  decodes(mimeType: string): Promise<boolean>;
  /** Enables or disables the video of a participant. */
  setEnabled(identity: string, enabled: boolean): Promise<void>;
  wantQuality(identity: string, quality: 'LOW' | 'MEDIUM' | 'HIGH'): Promise<void>;
  report(): Promise<TrackReport[]>;
  /** Looks twice, `pauseMs` apart. */
  look(identity: string, pauseMs: number): Promise<Look>;
  /** Loudest root mean square within that time, 0 … 1. */
  listen(identity: string, forMs: number): Promise<number>;
  /** Whether the left and the right ear hear different samples. */
  channelsDiffer(identity: string): Promise<boolean>;
  /** PNG of the page. */
  screenshot(): Promise<Uint8Array>;
  /** What the page could not load or threw. */
  readonly errors: string[];
}

const pageFile = (name: string): string => join(import.meta.dirname, 'viewer-page', name);

const FILES: Record<string, { type: string; file: string }> = {
  '/': { type: 'text/html', file: pageFile('index.html') },
  '/viewer.js': { type: 'text/javascript', file: pageFile('viewer.js') },
  '/livekit-client.js': {
    type: 'text/javascript',
    file: createRequire(import.meta.url).resolve('livekit-client'),
  },
  '/e2ee-worker.js': {
    type: 'text/javascript',
    file: fileURLToPath(import.meta.resolve('livekit-client/e2ee-worker')),
  },
};

export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves the page on a free port of the loopback, where a browser lets a page have the camera. */
export const servePage = async (): Promise<PageServer> => {
  const server = createServer(async ({ url = '' }, response) => {
    const known = FILES[url];
    if (known === undefined) return response.writeHead(404).end();
    response
      .writeHead(200, { 'content-type': `${known.type}; charset=utf-8` })
      .end(await readFile(known.file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/**
 * Opens the page in a context of its own: a tab in the background would stop drawing.
 * @param e2ee with end-to-end encryption: a passphrase, or random bytes in base64
 */
export const openViewer = async (
  browser: Browser,
  url: string,
  e2ee: { passphrase: string } | { key: string } | null = null,
): Promise<Viewer> => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 720 });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const fragment = e2ee === null ? '' : `#${new URLSearchParams({ ...e2ee })}`;
  await page.goto(`${url}${fragment}`, { waitUntil: 'load' });
  const call = <Result>(
    name: string,
    ...parameters: (string | number | boolean)[]
  ): Promise<Result> =>
    page.evaluate(`viewer.${name}(...${JSON.stringify(parameters)})`) as Promise<Result>;
  return {
    errors,
    join: (server, token) => call('join', server, token),
    say: () => call('say'),
    heard: () => call('heard'),
    publish: () => call('publish'),
    decodes: (mimeType) => call('decodes', mimeType),
    setEnabled: (identity, enabled) => call('setEnabled', identity, enabled),
    wantQuality: (identity, quality) => call('wantQuality', identity, quality),
    report: () => call('report'),
    look: (identity, pauseMs) => call('look', identity, pauseMs),
    listen: (identity, forMs) => call('listen', identity, forMs),
    channelsDiffer: (identity) => call('channelsDiffer', identity),
    screenshot: () => page.screenshot(),
    [Symbol.asyncDispose]: () => context.close(),
  };
};
