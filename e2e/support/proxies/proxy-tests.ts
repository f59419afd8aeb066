import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { type Chromium, findChromium, launchChromium } from '@livekit-swarm/testkit/chromium';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resultOf, runSwarm } from '../swarm.ts';
import type { ProxyCase, ProxyProgram } from './proxy-case.ts';
import { type RunningProxy, startProxy } from './start-proxy.ts';

/** Time limit for all starts together, above that of each, ms. */
const START_MS = 180_000;
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
  const isTested = ({ title }: ProxyCase): boolean => titles.includes(title);
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
    // The authority of the certificate is not one of Chromium's.
    const trusted = `--ignore-certificate-errors-spki-list=${keyHashOf(running.certificate.cert)}`;
    chromium = await launchChromium(findChromium() ?? '', [trusted]);
    for (const { title, attributesChars } of proxy.cases.filter(isTested)) {
      const token = await tokenFor(server, { identity: title, room: 'browser', attributesChars });
      const joins = joinsInBrowser(chromium, running.urlOf(title), token);
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

  it.each(proxy.cases.filter(isTested))(
    `${proxy.title}: $title`,
    async ({ title, attributesChars, verify, run, browserJoins }) => {
      const env = {
        LIVEKIT_URL: running.urlOf(title),
        SWARM_CA: running.authority,
        LIVEKIT_API_KEY: server.apiKey,
        LIVEKIT_API_SECRET: server.apiSecret,
      };
      await using application =
        attributesChars === undefined
          ? null
          : await openApplication(server, env.LIVEKIT_URL, attributesChars);
      const [found, ended] = await Promise.all([
        verifyAt({ ...env, ...(application !== null && { SWARM_TOKEN: application.token }) }),
        runAt(env, application === null ? [] : ['--token-endpoint', application.endpoint]),
      ]);
      const inBrowser = await judged.get(title);
      expect({ verify: found, run: ended, browserJoins: inBrowser }).toEqual({
        verify: verify === null ? [] : [expectedFinding(verify, browserJoins)],
        run,
        browserJoins,
      });
    },
    CASE_MS,
  );
};

/** Hash of the public key of a certificate, as Chromium takes it. */
const keyHashOf = (certificate: string): string =>
  createHash('sha256')
    .update(
      new X509Certificate(readFileSync(certificate)).publicKey.export({
        ...{ type: 'spki', format: 'der' },
      }),
    )
    .digest('base64');

/** The finding states the same as Chromium shows. */
const expectedFinding = (
  { check, reason, severity = 'error' }: NonNullable<ProxyCase['verify']>,
  browserJoins: boolean,
): unknown =>
  expect.stringMatching(
    new RegExp(
      `^${severity} of ${check}: .*\\(${reason}\\).*browsers ${browserJoins ? 'join' : 'do not join'}`,
      's',
    ),
  );

/** Checks whose warnings are about the proxy. */
const ABOUT_PROXY: ReadonlySet<string> = new Set(['admission', 'request-size']);

/** Findings of `swarm verify`, each with its evidence and cause: errors, and warnings about the proxy. */
const verifyAt = async (env: Record<string, string>): Promise<string[]> => {
  const { stdout } = await runSwarm(['verify', '--json', '--quiet'], env);
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; outcome: string; evidence: string[]; cause: string }[];
  };
  return checks
    .filter(
      ({ id, outcome }) => outcome === 'error' || (outcome === 'warning' && ABOUT_PROXY.has(id)),
    )
    .map(
      ({ id, outcome, evidence, cause }) => `${outcome} of ${id}: ${evidence.join('; ')}: ${cause}`,
    );
};

/** Code of the error, or reason of the failed join; null: the participant joined. */
const runAt = async (
  env: Record<string, string>,
  flags: readonly string[],
): Promise<string | null> => {
  const load = ['--rooms', '1', '--participants', '1', '--duration', '2s', '--json', '--quiet'];
  const { error, joins } = resultOf(await runSwarm([...load, ...flags], env));
  if (error !== undefined) return error.code;
  return joins.joined > 0 ? null : (joins.failureReasons[0]?.reason ?? 'left');
};

const tokenFor = async (
  { apiKey, apiSecret }: LiveKitServer,
  {
    identity,
    room,
    attributesChars = 0,
  }: { identity: string; room: string; attributesChars?: number | undefined },
): Promise<string> => {
  const attributes = { profile: 'x'.repeat(attributesChars) };
  const token = new AccessToken(apiKey, apiSecret, { identity, ttl: '5m', attributes });
  token.addGrant({ roomJoin: true, room });
  return await token.toJwt();
};

interface Application extends AsyncDisposable {
  endpoint: string;
  /** A token that it gave out. */
  token: string;
}

/** An application that gives out tokens with attributes, for the deployment at this URL. */
const openApplication = async (
  livekit: LiveKitServer,
  serverUrl: string,
  attributesChars: number,
): Promise<Application> => {
  const server = createServer(async (request, response) => {
    const asked = (await json(request)) as { room_name: string; participant_identity: string };
    const { room_name: room, participant_identity: identity } = asked;
    const token = await tokenFor(livekit, { identity, room, attributesChars });
    const answer = { server_url: serverUrl, participant_token: token };
    response.writeHead(201).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    token: await tokenFor(livekit, { identity: 'user', room: 'app', attributesChars }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
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
