import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'puppeteer-core';

/**
 * inbound-rtp statistics of one track that the browser subscribes to (W3C webrtc-stats §8.4; times
 * in seconds).
 */
export interface TrackReport {
  from: string;
  kind: 'audio' | 'video';
  mimeType: string;
  packetsReceived: number;
  packetsLost: number;
  jitterBufferDelay: number;
  jitterBufferEmittedCount: number;
  /** Counters of video only, up to `pliCount`. */
  framesDecoded: number;
  framesDropped: number;
  keyFramesDecoded: number;
  frameWidth: number;
  frameHeight: number;
  freezeCount: number;
  totalFreezesDuration: number;
  pliCount: number;
  /** Counters of audio only. */
  totalAudioEnergy: number;
  totalSamplesReceived: number;
  concealedSamples: number;
}

/** Comparison of two pictures of a video on the screen. */
export interface Look {
  width: number;
  height: number;
  /** Share of pixels that changed; `orange`: share with the colour of the box in swarm's clips. */
  changed: number;
  orange: number;
}

/** livekit-client in a page of the browser. */
export interface Viewer extends AsyncDisposable {
  join(url: string, token: string): Promise<void>;
  /** Send a reliable data message. */
  say(): Promise<void>;
  /**
   * Number of data messages that were received, and of decryption errors that livekit-client
   * reported.
   */
  heard(): Promise<{ messages: number; encryptionErrors: number }>;
  /** Publish camera and microphone. */
  publish(): Promise<void>;
  decodes(mimeType: string): Promise<boolean>;
  /** Enable or disable the video of a participant. */
  setEnabled(identity: string, enabled: boolean): Promise<void>;
  wantQuality(identity: string, quality: 'LOW' | 'MEDIUM' | 'HIGH'): Promise<void>;
  report(): Promise<TrackReport[]>;
  /** Compare two pictures, `pauseMs` apart. */
  look(identity: string, pauseMs: number): Promise<Look>;
  /** Measure the loudest root mean square within this time, 0 … 1. */
  listen(identity: string, forMs: number): Promise<number>;
  /** Check whether the left and the right channel have different samples. */
  channelsDiffer(identity: string): Promise<boolean>;
  /** Take a picture of the page, PNG. */
  screenshot(): Promise<Uint8Array>;
  /** Errors that the page threw. */
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

/**
 * Serve the page on a free port of the loopback interface, where browsers allow access to the
 * camera.
 */
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
 * Open the page in a separate browser context: a tab in the background would stop drawing.
 * @param e2ee passphrase, or random bytes in base64; null: no end-to-end encryption
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
