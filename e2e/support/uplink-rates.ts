/**
 * Rates at which publishers send through a narrow uplink, second by second. The uplink is a token
 * bucket of the kernel between two network namespaces, the same for the native
 * engine and for Chromium; what arrives is counted by the interface of the server's host. A subscriber on that host makes the server forward every layer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIVEKIT_VERSION } from '@livekit-swarm/lab';
import { Sketch } from '@livekit-swarm/metrics';
import { recordLines } from '@livekit-swarm/record';
import { type Host, openNetwork } from './network.ts';
import { serveOn } from './serve-on.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
/** A packet waits at most this long for its turn; the bucket holds two packets. */
const QUEUE_MS = 300;
const BUCKET_BYTES = 4_000;
/** After the measured time, before processes are ended. */
const GRACE_MS = 30_000;

export interface UplinkRates {
  /**
   * Rate of everything that arrived, headers included, from the first second in which more than
   * signalling arrived; one value a second, kbit/s.
   */
  wire: number[];
  /**
   * Rate of RTP payload that the subscriber received from the publisher, one value a second of its
   * record, kbit/s.
   */
  media: number[];
  /**
   * Rate that the publisher estimates that it can send, one value a second of its record, kbit/s.
   */
  estimate: number[];
}

export interface UplinkCase {
  engine: 'native' | 'browser';
  kbps: number;
  seconds: number;
}

const scenario = (role: string, seconds: number): string =>
  JSON.stringify({
    scenario: 'uplink',
    groups: {
      one: {
        executor: 'constant-rooms',
        rooms: 1,
        room: 'uplink',
        duration: `${seconds}s`,
        roles: { participant: JSON.parse(role) },
      },
    },
  });

const PUBLISHER = { count: 1, publish: [{ video: '720p', simulcast: true }], subscribe: false };
const SUBSCRIBER = { count: 1, subscribe: true };

const received = async (host: Host): Promise<number> =>
  Number(await host.run('cat', ['/sys/class/net/eth0/statistics/rx_bytes']));

/** @throws Error when a run fails to start */
export const uplinkRates = async ({ engine, kbps, seconds }: UplinkCase): Promise<UplinkRates> => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-uplink-'));
  await using network = await openNetwork();
  const children: ReturnType<typeof spawn>[] = [];
  try {
    const server = await serveOn(network.server, DEFAULT_LIVEKIT_VERSION, dir);
    await network.generator.run('tc', [
      ...['qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', `${kbps}kbit`],
      ...['burst', `${BUCKET_BYTES}`, 'latency', `${QUEUE_MS}ms`],
    ]);
    const env = {
      ...process.env,
      // Chromium's own picture is so simple that it would send little but padding.
      SWARM_BROWSER_PICTURE: 'detailed',
      LIVEKIT_URL: server.url,
      LIVEKIT_API_KEY: server.apiKey,
      LIVEKIT_API_SECRET: server.apiSecret,
    };
    const run = (host: Host, name: string, role: object, runSeconds: number) => {
      const file = join(dir, `${name}.yaml`);
      writeFileSync(file, scenario(JSON.stringify(role), runSeconds));
      const args = ['run', file, '--record', join(dir, name), '--processes', '1', '--quiet'];
      const [program, ...before] = host.through;
      const child = spawn(program, [...before, process.execPath, MAIN, ...args], {
        ...{ env, cwd: dir, stdio: 'ignore' },
      });
      children.push(child);
      return once(child, 'close');
    };
    const subscriber = run(network.server, 'subscriber', SUBSCRIBER, seconds + 12);
    await sleep(3_000);
    const adapts = engine === 'native' ? { rateAdaptation: true } : { engine };
    const publisher = run(network.generator, 'publisher', { ...PUBLISHER, ...adapts }, seconds);
    const wire = await countArrivals(network.server, seconds);
    await Promise.race([Promise.all([subscriber, publisher]), sleep(GRACE_MS)]);
    return {
      wire,
      media: await mediaRates(join(dir, 'subscriber')),
      estimate: await estimates(join(dir, 'publisher')),
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
};

/** More than a WebSocket, DTLS and ICE need, kbit/s. */
const MEDIA_FROM = 60;
const START_WITHIN_S = 40;

const countArrivals = async (host: Host, seconds: number): Promise<number[]> => {
  const rates: number[] = [];
  let [before, beforeAt] = [await received(host), performance.now()];
  for (let waited = 0; rates.length < seconds - 2; waited++) {
    await sleep(1_000);
    const [now, at] = [await received(host), performance.now()];
    const rate = ((now - before) * 8) / (at - beforeAt);
    [before, beforeAt] = [now, at];
    if (rates.length > 0 || rate >= MEDIA_FROM) rates.push(Math.round(rate));
    else if (waited >= START_WITHIN_S)
      throw new Error(`no media arrived within ${START_WITHIN_S} s`);
  }
  return rates;
};

/**
 * Rates of RTP payload in the record of the subscriber, from the first second with media, kbit/s.
 */
const mediaRates = async (record: string): Promise<number[]> => {
  const rates: number[] = [];
  for await (const line of recordLines(record)) {
    // The coordinator has samples of its own, without tracks.
    if (line.type !== 'sample' || line.shard < 0 || line.intervalMs <= 0) continue;
    const bytes = line.series
      .filter(({ labels }) => labels.direction === 'down' && labels.kind === 'video')
      .reduce((sum, { bytes: more }) => sum + more, 0);
    const rate = Math.round((bytes * 8) / line.intervalMs);
    if (rates.length > 0 || rate > 0) rates.push(rate);
  }
  return rates;
};

/** Estimates in the record of the publisher, kbit/s. */
const estimates = async (record: string): Promise<number[]> => {
  const found: number[] = [];
  for await (const line of recordLines(record)) {
    if (line.type !== 'sample') continue;
    for (const { labels, adaptation, playout } of line.series) {
      const bins = adaptation?.bandwidthEstimate ?? playout?.bandwidthEstimate;
      if (labels.direction !== 'up' || bins === undefined) continue;
      const sketch = new Sketch();
      sketch.addBins(bins);
      const bps = sketch.quantile(0.5);
      if (bps !== undefined && bps > 0) found.push(Math.round(bps / 1_000));
    }
  }
  return found;
};

/** Second from which on a rate counts as settled. */
const SETTLED_AFTER_S = 20;

/** The mean of what arrived once the rate had settled, kbit/s. */
export const settled = (rates: readonly number[]): number => {
  const counted = rates.slice(SETTLED_AFTER_S);
  return counted.reduce((sum, rate) => sum + rate, 0) / counted.length;
};
