import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import {
  type Chromium,
  findChromium,
  launchChromium,
  NO_CHROMIUM,
} from '@livekit-swarm/testkit/chromium';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Exporter, startExporter } from '../src/exporter.ts';
import { logTo } from '../src/log/log.ts';
import { CLIENTS_DEFAULTS } from '../src/sources/clients/clients-options.ts';
import { createClientsSource } from '../src/sources/clients/clients-source.ts';
import { type CallSite, serveCallSite } from './support/call-site.ts';

const run = promisify(execFile);
const executable = findChromium();
const SCRAPE_TOKEN = 'the-token-of-the-exporter';
const ROOM = 'documented';

let dir: string;
let livekit: LiveKitServer;
let exporter: Exporter;
let chromium: Chromium;
let callSite: CallSite;
let site: string;

beforeAll(async () => {
  if (executable === null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-beacon-test-'));
  callSite = await serveCallSite({
    room: ROOM,
    where: () => ({
      livekit: livekit.url,
      apiKey: livekit.apiKey,
      apiSecret: livekit.apiSecret,
      exporter: exporter.url,
    }),
  });
  site = callSite.url;
  livekit = await startLiveKit({ dir });
  const { apiKey, apiSecret } = livekit;
  exporter = await startExporter({
    listen: [{ host: '127.0.0.1', port: 0 }],
    tokens: [{ current: SCRAPE_TOKEN }],
    web: null,
    limits: { requests: 128, requestTimeoutMs: 15_000 },
    version: '0.0.0',
    log: logTo(() => {}),
    sources: (contextOf) => [
      createClientsSource(
        {
          ...CLIENTS_DEFAULTS,
          keys: () => [{ apiKey, apiSecret }],
          origins: [site],
          rooms: [ROOM],
        },
        contextOf('clients'),
      ),
    ],
  });
  chromium = await launchChromium(executable);
});
beforeEach(({ skip }) => skip(executable === null, NO_CHROMIUM));
afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await exporter?.stop();
  await livekit?.stop();
  await callSite?.[Symbol.asyncDispose]();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

/**
 * Script that stores every connection of the page, to read its statistics independently of
 * livekit-client and the beacon.
 */
const KEEP_CONNECTIONS = `globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...parameters) { super(...parameters); connections.push(this); }
  };`;

/**
 * Drop 3 % of the RTP packets of the server in the kernel (not RTCP, STUN or DTLS: RFC 7983 §7, RFC
 * 5761 §4).
 * @returns true if the drops work, which need Linux, nftables and the permission to use them
 */
const losePackets = async (): Promise<AsyncDisposable & { loses: boolean }> => {
  const table = `swarm_beacon_test_${process.pid}`;
  const { udpFirst, udpLast } = livekit.ports;
  const rule = `udp sport ${udpFirst}-${udpLast} @th,64,2 2 @th,72,8 != 192-223 numgen random mod 100 < 3 drop`;
  const chain = `chain input {\ntype filter hook input priority 0; policy accept;\n${rule}\n}`;
  const loses = await run('nft', [`table inet ${table} {\n${chain}\n}\n`]).then(
    () => true,
    () => false,
  );
  return {
    loses,
    [Symbol.asyncDispose]: async () => {
      if (loses) await run('nft', ['delete', 'table', 'inet', table]);
    },
  };
};

interface Caller extends AsyncDisposable {
  page: Page;
  errors: string[];
}

const call = async (identity: string): Promise<Caller> => {
  const context = await chromium.browser.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.evaluateOnNewDocument(KEEP_CONNECTIONS);
  await page.goto(`${site}/?as=${identity}`);
  await page.waitForFunction('globalThis.room?.state === "connected"', { timeout: 20_000 });
  return { page, errors, [Symbol.asyncDispose]: () => context.close() };
};

/** Values of a metric by `direction kind`. */
type Figures = Record<string, number>;

const MEMBERS = {
  livekit_swarm_client_packets_total: { up: 'packetsSent', down: 'packetsReceived' },
  livekit_swarm_client_bytes_total: { up: 'bytesSent', down: 'bytesReceived' },
  livekit_swarm_client_nacks_total: { up: 'nackCount', down: 'nackCount' },
  livekit_swarm_client_packets_lost_total: { down: 'packetsLost' },
  livekit_swarm_client_plis_total: { up: 'pliCount', down: 'pliCount' },
  livekit_swarm_client_freezes_total: { down: 'freezeCount' },
  livekit_swarm_client_concealed_samples_total: { down: 'concealedSamples' },
  livekit_swarm_client_samples_total: { down: 'totalSamplesReceived' },
} as const satisfies Record<string, { up?: string; down?: string }>;

type Stat = Record<string, unknown>;

/** Figures from getStats of all connections of the page. */
const ownFigures = async ({ page }: Caller): Promise<Record<keyof typeof MEMBERS, Figures>> => {
  const stats = (await page.evaluate(
    '(async () => (await Promise.all(connections.map((one) => one.getStats()))).flatMap((report) => [...report.values()]))()',
  )) as Stat[];
  const sums = (name: keyof typeof MEMBERS): Figures => {
    const figures: Figures = {};
    for (const [direction, type] of [
      ['up', 'outbound-rtp'] as const,
      ['down', 'inbound-rtp'] as const,
    ]) {
      const member = (MEMBERS[name] as { up?: string; down?: string })[direction];
      if (member === undefined) continue;
      for (const stat of stats.filter((one) => one.type === type)) {
        const value = stat[member];
        if (typeof value !== 'number') continue;
        const key = `${direction} ${stat.kind}`;
        figures[key] = (figures[key] ?? 0) + value;
      }
    }
    return figures;
  };
  return Object.fromEntries(
    Object.keys(MEMBERS).map((name) => [name, sums(name as keyof typeof MEMBERS)]),
  ) as Record<keyof typeof MEMBERS, Figures>;
};

const scrape = async (): Promise<string[]> => {
  const response = await fetch(`${exporter.url}/metrics`, {
    headers: { authorization: `Bearer ${SCRAPE_TOKEN}` },
  });
  expect(response.status).toBe(200);
  return (await response.text()).split('\n');
};

/** Sum of the series of a metric that have all of these labels. */
const figure = (lines: readonly string[], name: string, ...labels: string[]): number =>
  lines
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);

const sumOf = (
  all: readonly Record<keyof typeof MEMBERS, Figures>[],
  name: keyof typeof MEMBERS,
  key: string,
): number => all.reduce((sum, figures) => sum + (figures[name][key] ?? 0), 0);

describe('two pages in a room', () => {
  test('report the same values as their own statistics', async () => {
    await using network = await losePackets();
    await using anna = await call('anna');
    await using ben = await call('ben');
    const callers = [anna, ben];
    await sleep(25_000);
    const during = await scrape();
    expect(
      figure(during, 'livekit_swarm_client_sessions', 'sdk="livekit-client 2"', 'browser="chrome"'),
    ).toBe(2);
    expect(figure(during, 'livekit_swarm_client_session_transports', 'transport="udp"')).toBe(2);
    expect(
      figure(during, 'livekit_swarm_client_room_quality_score', `room="${ROOM}"`),
    ).toBeGreaterThan(1);

    // The value of the exporter must be between two readings of the page.
    const before = await Promise.all(callers.map(ownFigures));
    await Promise.all(callers.map(({ page }) => page.evaluate('beacon.detach()')));
    const after = await Promise.all(callers.map(ownFigures));
    const lines = await scrape();
    for (const name of Object.keys(MEMBERS) as (keyof typeof MEMBERS)[]) {
      const keys = new Set(before.flatMap((figures) => Object.keys(figures[name])));
      for (const key of keys) {
        const [direction, kind] = key.split(' ');
        const shown = figure(lines, name, `direction="${direction}"`, `kind="${kind}"`);
        const [least, most] = [sumOf(before, name, key), sumOf(after, name, key)];
        console.info(`${name} ${key}: ${least} ≤ ${shown} ≤ ${most}`);
        expect(shown, `${name} ${key}`).toBeGreaterThanOrEqual(least);
        expect(shown, `${name} ${key}`).toBeLessThanOrEqual(most);
      }
    }
    expect(
      figure(lines, 'livekit_swarm_client_packets_total', 'direction="down"', 'kind="video"'),
    ).toBeGreaterThan(500);
    expect(
      figure(lines, 'livekit_swarm_client_packets_total', 'direction="down"', 'kind="audio"'),
    ).toBeGreaterThan(500);
    expect(
      figure(lines, 'livekit_swarm_client_quality_score_count', 'direction="down"', 'kind="audio"'),
    ).toBeGreaterThan(3);
    if (network.loses) {
      for (const kind of ['audio', 'video']) {
        const labels = ['direction="down"', `kind="${kind}"`];
        const [lost, came] = ['packets_lost', 'packets'].map((name) =>
          figure(lines, `livekit_swarm_client_${name}_total`, ...labels),
        );
        expect((lost ?? 0) / ((lost ?? 0) + (came ?? 0)), kind).toBeGreaterThan(
          kind === 'audio' ? 0.003 : 0.015,
        );
      }
      expect(
        figure(lines, 'livekit_swarm_client_nacks_total', 'direction="down"', 'kind="video"'),
      ).toBeGreaterThan(10);
    } else console.warn('without packet loss: nft may not be used here');
    // Both pages sent their last report.
    expect(figure(lines, 'livekit_swarm_client_sessions')).toBe(0);
    expect(
      figure(lines, 'livekit_swarm_client_reports_total', 'result="accepted"'),
    ).toBeGreaterThanOrEqual(6);
    for (const result of ['clamped', 'malformed', 'unauthorized', 'duplicate']) {
      expect(
        figure(lines, 'livekit_swarm_client_reports_total', `result="${result}"`),
        result,
      ).toBe(0);
    }
    expect([...anna.errors, ...ben.errors]).toEqual([]);
  });

  test('report the rest when they are closed, and their reconnects', async () => {
    await using listener = await call('dora');
    await listener.page.evaluate('beacon.detach()');
    const start = await scrape();
    const packets = (lines: readonly string[]) =>
      figure(lines, 'livekit_swarm_client_packets_total', 'direction="up"');
    await using caller = await call('carla');
    const upPackets = async () => {
      // Counters are read every two seconds.
      await sleep(3_000);
      const { 'up audio': audio = 0, 'up video': video = 0 } = (await ownFigures(caller))
        .livekit_swarm_client_packets_total;
      await sleep(2_500);
      return audio + video;
    };
    const first = await upPackets();
    // New connections replace the old ones, whose statistics are no longer available.
    await caller.page.evaluate('room.simulateScenario("full-reconnect")');
    await caller.page.waitForFunction('room.state === "reconnecting"', { timeout: 10_000 });
    await caller.page.waitForFunction('room.state === "connected"', { timeout: 20_000 });
    const second = await upPackets();
    const sent = first + second;
    await caller.page.goto('about:blank');
    await expect
      .poll(async () => packets(await scrape()) - packets(start), { timeout: 5_000 })
      .toBeGreaterThanOrEqual(sent);
    const end = await scrape();
    expect(Math.min(first, second)).toBeGreaterThan(50);
    expect(
      figure(end, 'livekit_swarm_client_reconnects_total') -
        figure(start, 'livekit_swarm_client_reconnects_total'),
    ).toBe(1);
    expect(figure(end, 'livekit_swarm_client_sessions')).toBe(0);
    expect(caller.errors).toEqual([]);
  });

  test('are authenticated only by their token, and cannot read reports of others', async () => {
    expect((await fetch(`${exporter.url}/metrics`)).status).toBe(401);
    const post = (headers: Record<string, string>) =>
      fetch(`${exporter.url}/beacon`, { method: 'POST', body: '{}', headers });
    expect((await post({ authorization: `Bearer ${SCRAPE_TOKEN}` })).status).toBe(401);
    expect(
      (await post({ authorization: 'Bearer x', origin: 'https://evil.example.com' })).status,
    ).toBe(401);
  });
});
