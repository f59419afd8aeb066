/**
 * Loss and latency of each path against what was made: nftables drops RTP where it passes as UDP (on the wire, or between the TURN server and the node)
 * and counts it; swarm-impair delays every packet that leaves the host of the server.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import { recordLines } from '@livekit-swarm/record';
import { dropRate, dropRtp } from '@livekit-swarm/testkit/packet-filter';
import { missing } from '@livekit-swarm/testkit/requirements';
import { impairProgram } from '@livekit-swarm/webrtc';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Host, type Network, openNetwork, whyNoNetwork } from '../support/network.ts';
import { type Served, serveOn } from '../support/serve-on.ts';
import { type Result, resultOf, scratch, startSwarm } from '../support/swarm.ts';
import { openOnly, WAYS, type Way } from '../support/ways.ts';

let why: string | null = null;
beforeAll(async () => {
  why = (await missing('coturn', 'openssl')) ?? (await whyNoNetwork());
});
beforeEach(({ skip }) => skip(why !== null, why ?? ''));

/** Small enough for the 2 % of a sketch to be far below a millisecond. */
const DELAY_MS = 10;
const DROPPED_PERCENT = 5;
/** A tenth of a point. */
const TOLERANCE = 0.001;
const TOLERANCE_MS = 1;
/** A share of the packets. */
const FASTEST = 0.02;

/**
 * Delays what leaves a host. On departure: the kernel notes the arrival of a packet before it hands it to a filter, so that a delay on arrival is none to
 * a receiver that reads these times.
 */
const delayDepartures = async ({ run }: Host, ...more: string[]): Promise<void> => {
  const table =
    'table ip swarm_delay { chain queued { }; chain leaving { type filter hook output priority 10; oifname != "lo" jump queued; }; }';
  await run('nft', ['-f', '-'], table);
  const of = ['--id', 'delay', '--table', 'swarm_delay', '--chain', 'queued', '--lifetime', '120'];
  const link = ['--delay-us', String(DELAY_MS * 1_000), '--shared', ...more];
  await run(impairProgram(), ['start', ...of, ...link]);
};

interface Call extends Network {
  way: Way;
  served: Served;
}

/** A deployment that offers one path, behind a firewall that opens nothing else. */
const openPath = async (path: string): Promise<Call> => {
  const network = await openNetwork();
  const wayOf = WAYS[path];
  if (wayOf === undefined) throw new Error(`no such path: ${path}`);
  // swarm-impair takes packets of IPv4 only.
  await network.server.run('ip', ['-6', 'address', 'flush', 'dev', 'eth0']);
  const way = await wayOf(network.server);
  const served = await serveOn(network.server, DEFAULT_LIVEKIT_VERSION, scratch(), way.config);
  await openOnly(network.server, way, served);
  return { ...network, way, served };
};

/** Four participants with audio; halfway, the delay begins. */
const callOver = async (
  path: string,
  { server, generator, served, way }: Call,
  ...more: string[]
) => {
  const record = scratch();
  const flags = `--path ${path} --rooms 1 --participants 4 --processes 1 --duration 18s --json --record ${record}`;
  const env = {
    LIVEKIT_URL: served.url,
    LIVEKIT_API_KEY: served.apiKey,
    LIVEKIT_API_SECRET: served.apiSecret,
    ...way.env,
  };
  const swarm = startSwarm(flags.split(' '), env, scratch(), generator.through);
  await expect.poll(() => secondsOf(record), { timeout: 60_000 }).toBeGreaterThan(5);
  const delayedAt = Date.now();
  await delayDepartures(server, ...more);
  await swarm.ended;
  const result: Result = resultOf({ stdout: swarm.stdout() });
  expect(result.joins).toMatchObject({ joined: 4, failed: 0 });
  const [before, after] = [new Sketch(), new Sketch()];
  let startedAt = 0;
  for await (const line of recordLines(record)) {
    if (line.type === 'header') startedAt = Date.parse(line.startedAt);
    if (line.type !== 'sample') continue;
    // The second in which it began is in neither.
    const sinceDelay = startedAt + line.at - delayedAt;
    const latency = sinceDelay < 0 ? before : sinceDelay > 2_000 ? after : null;
    for (const { labels, latency: bins } of line.series)
      if (labels.direction === 'down') latency?.addBins(bins);
  }
  const down = result.media.find(({ direction, kind }) => direction === 'down' && kind === 'audio');
  return { loss: down?.lossBeforeRecovery ?? 1, before, after };
};

/** Number of seconds in which all four were connected. */
const secondsOf = (record: string): number => {
  const file = join(record, 'record.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8').split('"connected":4').length - 1 : 0;
};

/**
 * Expect the planted delay of the fastest packets: what a busy host adds to the others changes from
 * second to second.
 */
const expectDelay = ({ before, after }: { before: Sketch; after: Sketch }): void => {
  const [without = 0, delayed = 0] = [before.quantile(FASTEST), after.quantile(FASTEST)];
  expect(without).toBeGreaterThan(0);
  expect(Math.abs(delayed - without - DELAY_MS)).toBeLessThan(TOLERANCE_MS);
};

/** `auto` finds the path that the firewall leaves: TURN over TCP. */
test.for(['direct', 'turn-udp', 'turn-tcp', 'turn-tls', 'auto'])('%s', async (path) => {
  await using call = await openPath(path);
  // Behind a TURN server, media is UDP within the host of the server.
  const lossy = path === 'direct' ? call.generator : call.server;
  await using filter = await dropRtp({
    through: lossy.through,
    ports: call.served.ports,
    serverIs: 'source',
    percent: DROPPED_PERCENT,
  });
  const { loss, ...latencies } = await callOver(path, call);
  const { first } = (await filter.read()).audio;
  expect(first.dropped).toBeGreaterThan(200);
  expect(Math.abs(loss - dropRate(first))).toBeLessThan(TOLERANCE);
  expectDelay(latencies);
});

test('ice-tcp: TCP repeats what is lost beneath it, which arrives late', async () => {
  await using call = await openPath('ice-tcp');
  const { loss, ...latencies } = await callOver('ice-tcp', call, '--loss', '0.02');
  const link = await call.server.run(impairProgram(), ['status', '--id', 'delay']);
  expect((JSON.parse(link) as { dropped: number }).dropped).toBeGreaterThan(0);
  expect(loss).toBe(0);
  expectDelay(latencies);
  // Noticed by the packets behind it at the earliest, and sent again: one more time the delay.
  expect(latencies.after.quantile(1)).toBeGreaterThan(2 * DELAY_MS);
});
