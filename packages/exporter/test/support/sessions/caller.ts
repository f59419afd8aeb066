import type { Chromium } from '@livekit-swarm/testkit/chromium';

/** Page that takes part in a call. */
export interface Caller {
  /** Read the UDP port of the page. */
  port(): Promise<number>;
  /** Read the ids of the processes that run the pages of the browser, WebRTC included. */
  renderers(): Promise<number[]>;
}

/** Script that stores every connection of the page, to read its statistics. */
const KEEP_CONNECTIONS = `globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...parameters) { super(...parameters); connections.push(this); }
  };`;

/** Script that returns the local port of the selected candidate pair. */
const READ_PORT = `(async () => {
  for (const connection of connections) {
    const stats = [...(await connection.getStats()).values()];
    for (const transport of stats.filter(({ type }) => type === 'transport')) {
      const pair = stats.find(({ id }) => id === transport.selectedCandidatePairId);
      const local = stats.find(({ id }) => id === pair?.localCandidateId);
      if (local !== undefined) return local.port;
    }
  }
  return 0;
})()`;

const JOINED =
  'globalThis.room?.state === "connected" && room.localParticipant.trackPublications.size === 2';

/**
 * Open a page and wait until it has joined.
 * @throws Error if the page has not joined and published within half a minute
 */
export const openCaller = async ({ browser }: Chromium, url: string): Promise<Caller> => {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(KEEP_CONNECTIONS);
  await page.goto(url);
  await page.waitForFunction(JOINED, { timeout: 30_000 });
  return {
    port: async () => {
      const port = Number(await page.evaluate(READ_PORT));
      if (port === 0) throw new Error(`${url} has no connection`);
      return port;
    },
    renderers: async () => {
      const session = await browser.target().createCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      await session.detach();
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    },
  };
};
