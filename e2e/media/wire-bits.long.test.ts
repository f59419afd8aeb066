/**
 * Bits on the wire of each medium: the kernel of the generator's host counts the packets of UDP, the record and the plan are compared with that.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import type { RecordLine } from '@livekit-swarm/record';
import { expandPlan, parseScenario, planLoad } from '@livekit-swarm/scenario';
import { holdTable, listCounters } from '@livekit-swarm/testkit/nft';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Network, openNetwork, whyNoNetwork } from '../support/network.ts';
import { type Served, serveOn } from '../support/serve-on.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

const why = await whyNoNetwork();
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

/** Version 2, but not RTCP (RFC 5761 §4); DTLS (RFC 7983 §7). */
const RTP = '@th,64,2 2 @th,72,8 != 192-223';
const DTLS = '@th,64,8 20-63';

/** All packets, those of media, and those of data, in each direction. */
const chain = (name: string, hook: string): string =>
  [
    `chain ${name} { type filter hook ${hook} priority 0`,
    `meta l4proto udp counter name all_${name}`,
    `meta l4proto udp ${RTP} counter name media_${name}`,
    `meta l4proto udp ${DTLS} counter name data_${name}; }`,
  ].join('; ');
const COUNTERS = ['all', 'media', 'data'].flatMap((kind) => [`${kind}_up`, `${kind}_down`]);
const RULES = [
  ...COUNTERS.map((name) => `counter ${name} { }`),
  chain('up', 'output'),
  chain('down', 'input'),
].join('\n');

let network: Network;
let served: Served;
let table: { release(): Promise<void> };
let scenarios: string;
beforeAll(async () => {
  if (why !== null) return;
  scenarios = mkdtempSync(join(tmpdir(), 'swarm-wire-'));
  mkdirSync(join(scenarios, 'server'));
  network = await openNetwork();
  // One address family: a header of IPv6 has 20 bytes more, and ICE selects either.
  for (const host of [network.server, network.generator])
    await host.run('ip', ['-6', 'address', 'flush', 'dev', 'eth0']);
  served = await serveOn(network.server, DEFAULT_LIVEKIT_VERSION, join(scenarios, 'server'));
  table = await holdTable(network.generator.through, 'swarm_wire', RULES);
});
afterAll(async () => {
  if (why !== null) return;
  await table.release();
  await network[Symbol.asyncDispose]();
  rmSync(scenarios, { recursive: true });
});

interface Counted {
  bytes: Record<string, number>;
  atMs: number;
}

const count = async (): Promise<Counted> => {
  const before = performance.now();
  const listed = JSON.parse(await listCounters(network.generator.through, 'swarm_wire')) as {
    nftables: { counter?: { name: string; bytes: number } }[];
  };
  const bytes = Object.fromEntries(
    listed.nftables.flatMap(({ counter }) =>
      counter === undefined ? [] : [[counter.name, counter.bytes]],
    ),
  );
  return { bytes, atMs: (before + performance.now()) / 2 };
};

const between = (from: Counted, to: Counted, name: string): number =>
  (to.bytes[name] ?? 0) - (from.bytes[name] ?? 0);

/** Bytes that were sent and received according to the record. */
const recorded = (dir: string): { up: number; down: number } => {
  const lines = readFileSync(join(dir, 'record.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordLine);
  const samples = lines.flatMap((line) => (line.type === 'sample' ? [line.generator] : []));
  const sum = (key: 'wireBytesSent' | 'wireBytesReceived'): number =>
    samples.reduce((total, sample) => total + (sample[key] ?? 0), 0);
  return { up: sum('wireBytesSent'), down: sum('wireBytesReceived') };
};

/** Window of the measurement, s: whole loops of the clips, which last 4, 8, 9 and 10 s. */
const LOOPS_S = { voice: 16, dtx: 20, camera: 16, screen: 18 };

test.each([
  ['speech', 'publish: [audio]', LOOPS_S.voice],
  ['speech with DTX', 'publish: [{ audio: speech, dtx: true }]', LOOPS_S.dtx],
  ['music of 64 kbit/s', 'publish: [{ audio: music, bitrate: 64kbit/s }]', LOOPS_S.voice],
  ['music of 192 kbit/s', 'publish: [{ audio: music, bitrate: 192kbit/s }]', LOOPS_S.voice],
  ['VP8', 'publish: [{ video: 720p, codec: vp8 }]', LOOPS_S.camera],
  ['H.264', 'publish: [{ video: 720p, codec: h264 }]', LOOPS_S.camera],
  ['VP9', 'publish: [{ video: 720p, codec: vp9 }]', LOOPS_S.camera],
  [
    'VP9 in layers',
    'publish: [{ video: 720p, codec: vp9, scalabilityMode: L3T3_KEY }]',
    LOOPS_S.camera,
  ],
  ['AV1', 'publish: [{ video: 720p, codec: av1 }]', LOOPS_S.camera],
  [
    'AV1 in layers',
    'publish: [{ video: 720p, codec: av1, scalabilityMode: L3T3_KEY }]',
    LOOPS_S.camera,
  ],
  ['a screen in VP8', 'publish: [{ screen: 1080p, codec: vp8 }]', LOOPS_S.screen],
  [
    'a screen of 4 Mbit/s in H.264',
    'publish: [{ screen: 1080p, codec: h264, bitrate: 4Mbit/s }]',
    LOOPS_S.screen,
  ],
  ['a camera of 4 Mbit/s', 'publish: [{ video: 1080p, bitrate: 4Mbit/s }]', LOOPS_S.camera],
  ['reliable data', 'data: 30/s:64B:reliable', LOOPS_S.camera],
  ['large messages', 'data: 20/s:1000B', LOOPS_S.camera],
])(
  '%s: the record and the plan have the bits on the wire within 2 %%',
  {
    timeout: 90_000,
  },
  async (name, sends, windowS) => {
    const file = join(scenarios, `${name.replaceAll(/\W+/g, '-')}.yaml`);
    const text = `scenario: wire
groups:
  wire:
    executor: constant-rooms
    rooms: 1
    duration: ${windowS + 12}s
    roles:
      sender: { ${sends}, subscribe: false }
      receiver: {}
`;
    writeFileSync(file, text);
    const plan = expandPlan(parseScenario(text, { file }), 'wire');
    const planned = planLoad(plan).most(0, plan.endAtMs);
    const dir = scratch();
    const began = await count();
    const swarm = startSwarm(
      ['run', file, '--processes', '1', '--record', dir],
      {
        LIVEKIT_URL: served.url,
        LIVEKIT_API_KEY: served.apiKey,
        LIVEKIT_API_SECRET: served.apiSecret,
      },
      scratch(),
      network.generator.through,
    );
    const kind = sends.startsWith('data') ? 'data' : 'media';
    while (between(began, await count(), `${kind}_down`) < 20_000) await sleep(200);
    await sleep(2_000);
    const from = await count();
    await sleep(windowS * 1_000);
    const to = await count();
    await swarm.ended;
    const ended = await count();
    const record = recorded(dir);
    const rate = (direction: 'up' | 'down'): number =>
      (between(from, to, `${kind}_${direction}`) * 8_000) / (to.atMs - from.atMs);
    const counted = {
      up: between(began, ended, 'all_up'),
      down: between(began, ended, 'all_down'),
    };
    const ratios = {
      recordUp: record.up / counted.up,
      recordDown: record.down / counted.down,
      planUp: planned.bitsUp / rate('up'),
      planDown: planned.bitsDown / rate('down'),
    };
    console.log(
      JSON.stringify({ name, counted, record, ratios, up: rate('up'), down: rate('down') }),
    );
    for (const ratio of Object.values(ratios)) expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
  },
);
