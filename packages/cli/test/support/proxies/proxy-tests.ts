import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { type Chromium, findChromium, launchChromium } from '@livekit-swarm/testkit/chromium';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultOf, runSwarm } from '../swarm.ts';
import type { ProxyCase, ProxyProgram } from './proxy-case.ts';
import { type RunningProxy, startProxy } from './start-proxy.ts';

const START_MS = 120_000;
const CASE_MS = 120_000;
/** Time limit for a join in the browser, which takes a second or two, ms. */
const JOIN_MS = 30_000;

export interface ProxyTests {
  proxy: ProxyProgram;
  /** See `startProxy`. */
  command: Parameters<typeof startProxy>[1];
  /** Titles of the configurations to test. Default: all. */
  titles?: readonly string[];
}

/**
 * Starts livekit-server, the proxy and a browser, and tests each configuration: what `swarm verify` and a run report, and whether a browser joins.
 * @param missing the requirement that this host lacks: then nothing is started; null: none
 */
export const testProxy = (
  { proxy, command, titles = proxy.cases.map(({ title }) => title) }: ProxyTests,
  missing: string | null,
): void => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-proxy-'));
  let server: LiveKitServer;
  let running: RunningProxy;
  let chromium: Chromium;
  /** Results of the browser by title. All joins start together, because some take the whole time. */
  const judged = new Map<string, Promise<boolean>>();

  beforeAll(async () => {
    if (missing !== null) return;
    server = await startLiveKit({ dir });
    const livekit = new URL(server.httpUrl).host;
    running = await startProxy(proxy, command, { dir, livekit });
    chromium = await launchChromium(findChromium() ?? '');
    for (const title of titles) {
      const joins = joinsInBrowser(chromium, running.urlOf(title), await tokenFor(server, title));
      // The test of this configuration awaits the promise.
      joins.catch(() => {});
      judged.set(title, joins);
    }
  }, START_MS);
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await running?.[Symbol.asyncDispose]();
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(proxy.cases.filter(({ title }) => titles.includes(title)))(
    `${proxy.title}: $title`,
    async ({ title, verify, run, browserJoins }) => {
      const url = running.urlOf(title);
      const [found, ended] = await Promise.all([verifyAt(url, server), runAt(url, server)]);
      expect({ verify: found, run: ended, browserJoins: await judged.get(title) }).toEqual({
        verify: verify === null ? [] : [expectedFinding(verify)],
        run,
        browserJoins,
      });
    },
    CASE_MS,
  );
};

const expectedFinding = ({
  check,
  reason,
  severity = 'error',
}: NonNullable<ProxyCase['verify']>): unknown =>
  expect.stringMatching(new RegExp(`^${severity} of ${check}: .*\\(${reason}\\)`, 's'));

const environment = (url: string, { apiKey, apiSecret }: LiveKitServer) => ({
  LIVEKIT_URL: url,
  LIVEKIT_API_KEY: apiKey,
  LIVEKIT_API_SECRET: apiSecret,
});

/** Findings of `swarm verify`, each with its evidence: errors, and warnings of the check `admission`. */
const verifyAt = async (url: string, server: LiveKitServer): Promise<string[]> => {
  const { stdout } = await runSwarm(['verify', '--json', '--quiet'], environment(url, server));
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; outcome: string; evidence: string[] }[];
  };
  return checks
    .filter(
      ({ id, outcome }) => outcome === 'error' || (outcome === 'warning' && id === 'admission'),
    )
    .map(({ id, outcome, evidence }) => `${outcome} of ${id}: ${evidence.join('; ')}`);
};

/** Code of the error, or reason of the failed join; null: the participant joined. */
const runAt = async (url: string, server: LiveKitServer): Promise<string | null> => {
  const load = ['--rooms', '1', '--participants', '1', '--duration', '2s', '--json', '--quiet'];
  const { error, joins } = resultOf(await runSwarm(load, environment(url, server)));
  if (error !== undefined) return error.code;
  return joins.joined > 0 ? null : (joins.failureReasons[0]?.reason ?? 'left');
};

const tokenFor = async (
  { apiKey, apiSecret }: LiveKitServer,
  identity: string,
): Promise<string> => {
  const token = new AccessToken(apiKey, apiSecret, { identity, ttl: '5m' });
  token.addGrant({ roomJoin: true, room: 'browser' });
  return await token.toJwt();
};

/** Joins in a browser until the signal connection exists, because media does not pass the proxy. */
const joinsInBrowser = async (
  { browser }: Chromium,
  url: string,
  token: string,
): Promise<boolean> => {
  const page = await browser.newPage();
  try {
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('livekit-client') });
    const joined: unknown = await page.evaluate(`new Promise((resolve) => {
      const room = new LivekitClient.Room();
      room.once('signalConnected', () => resolve(true));
      room.connect(${JSON.stringify(url)}, ${JSON.stringify(token)}, { maxRetries: 0 })
        .catch(() => resolve(false));
      // After a 404 from both of its paths livekit-client neither connects nor fails.
      setTimeout(() => resolve(false), ${JOIN_MS});
    })`);
    return joined === true;
  } finally {
    await page.close();
  }
};
