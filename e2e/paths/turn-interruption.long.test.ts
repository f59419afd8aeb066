/** The TURN server dies during a call and is started again: how long media was interrupted, against the kernel’s times of the packets that arrived. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { recordLines } from '@livekit-swarm/record';
import { holdTable } from '@livekit-swarm/testkit/nft';
import { missing } from '@livekit-swarm/testkit/requirements';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Host, openNetwork, whyNoNetwork } from '../support/network.ts';
import { serveOn } from '../support/serve-on.ts';
import { resultOf, scratch, startSwarm } from '../support/swarm.ts';
import { credentialUntil, inTenMinutes, startTurnServer } from '../support/turn-server.ts';

let why: string | null = null;
beforeAll(async () => {
  why = (await missing('coturn')) ?? (await whyNoNetwork());
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

const PORT = 5_443;
const TABLE = 'swarm_arrivals';
const TOLERANCE_MS = 50;

/** RTP with Opus in ChannelData (RFC 8656 §12.4). Each packet is an element that expires ten minutes after it arrived. */
const VERSION = '@th,96,2';
const PAYLOAD_TYPE = '@th,105,7';
const PACKET = '@th,160,32 . @th,112,16';
const RULES = `
  set arrived { typeof ${PACKET}; size 100000; flags dynamic,timeout; timeout 10m; }
  chain arriving {
    type filter hook input priority 0; policy accept;
    udp sport ${PORT} ${VERSION} 2 ${PAYLOAD_TYPE} 111 add @arrived { ${PACKET} }
  }`;

/** The longest time without a packet, ms. */
const longestPause = async ({ run }: Host): Promise<number> => {
  const text = await run('nft', ['list', 'set', 'inet', TABLE, 'arrived']);
  const times = [...text.matchAll(/expires (?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?/g)]
    .map(
      ([, minutes = 0, seconds = 0, ms = 0]) =>
        Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(ms),
    )
    .toSorted((a, b) => a - b);
  expect(times.length).toBeGreaterThan(300);
  return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
};

/** One publishes audio, the other hears it; both by the TURN server. */
const SCENARIO = '--path turn-udp --rooms 1 --participants 1 --subscribers 1 --processes 1';

test('an interruption is as long as there were no packets', async () => {
  await using network = await openNetwork();
  const { server, generator } = network;
  const turn = await startTurnServer(server, PORT);
  const named = { host: server.address, port: PORT, protocol: 'udp' };
  // After 15 s without media the node would prefer TCP, by which there is no TURN server.
  const served = await serveOn(server, DEFAULT_LIVEKIT_VERSION, scratch(), {
    rtc: {
      allow_tcp_fallback: false,
      turn_servers: [{ ...named, ...credentialUntil(inTenMinutes()) }],
    },
  });
  const held = await holdTable(generator.through, TABLE, RULES);
  const record = scratch();
  const deployment = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
  };
  const swarm = startSwarm(
    [...SCENARIO.split(' '), '--duration', '50s', '--json', '--record', record],
    deployment,
    scratch(),
    generator.through,
  );
  await expect.poll(() => secondsOf(record), { timeout: 60_000 }).toBeGreaterThan(3);
  turn.kill();
  await sleep(3_000);
  await startTurnServer(server, PORT);
  await swarm.ended;
  expect(resultOf({ stdout: swarm.stdout() }).joins).toMatchObject({ joined: 2, failed: 0 });
  const truth = await longestPause(generator);
  await held.release();
  const measured: number[] = [];
  for await (const line of recordLines(record))
    if (line.type === 'participant')
      for (const { direction, longestInterruptionMs } of line.tracks)
        if (direction === 'down') measured.push(longestInterruptionMs);
  expect(truth).toBeGreaterThan(3_000);
  expect(Math.abs(Math.max(...measured) - truth)).toBeLessThan(TOLERANCE_MS);
});

/** Number of seconds in which both were connected. */
const secondsOf = (record: string): number => {
  const file = join(record, 'record.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8').split('"connected":2').length - 1 : 0;
};
