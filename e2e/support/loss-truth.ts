/**
 * Reported loss against real loss: nftables drops RTP between a real server and its participants,
 * and its counters are the truth. Two counts of the same packets are compared, so the random
 * choice of packets does not matter.
 *
 * The counts may differ by packets that arrive after the last sample, in the tenth of a second in
 * which participants leave, and by those lost before the first packet of a stream arrived, which no
 * receiver can know of. Both are far below one percent of the packets, and so of their loss.
 */
import { readRecord } from '@livekit-swarm/analysis';
import type { LiveKitVersion } from '@livekit-swarm/lab';
import { dropRate, dropRtp, type Truth } from '@livekit-swarm/testkit/packet-filter';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openNetwork, whyNoNetwork } from './network.ts';
import { serveOn } from './serve-on.ts';
import { type Result, resultOf, scratch, startSwarm } from './swarm.ts';

/** Half a percentage point: what the product promises. */
const TOLERANCE = 0.005;
const DROPPED_PERCENT = 5;
const CROWD =
  '--rooms 1 --participants 3 --publish audio,video --video 360p --simulcast --duration 25s --processes 1 --json --quiet'.split(
    ' ',
  );

interface Measured {
  result: Result;
  truth: Truth;
  /** Recovered packets, from the record. */
  recovered: Record<'audio' | 'video', number>;
}

/** Runs a small load through a lossy network. `down`: packets from the server are lost; `up`: packets to it. */
const measure = async (version: LiveKitVersion, lossy: 'down' | 'up'): Promise<Measured> => {
  const dir = scratch();
  await using network = await openNetwork();
  const server = await serveOn(network.server, version, dir);
  await using filter = await dropRtp({
    through: (lossy === 'down' ? network.generator : network.server).through,
    ports: server.ports,
    serverIs: lossy === 'down' ? 'source' : 'destination',
    percent: DROPPED_PERCENT,
  });
  const { url, apiKey, apiSecret } = server;
  const env = { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
  const record = `${dir}/record`;
  const swarm = startSwarm([...CROWD, '--record', record], env, dir, network.generator.through);
  await swarm.ended;
  const truth = await filter.read();
  const { metrics } = await readRecord(record);
  const recovered = (kind: string): number => {
    const value = metrics.measure('packets_recovered', { kind });
    return value?.type === 'counter' ? value.count : 0;
  };
  return {
    result: resultOf({ stdout: swarm.stdout() }),
    truth,
    recovered: { audio: recovered('audio'), video: recovered('video') },
  };
};

const rowOf = ({ result }: Measured, direction: 'up' | 'down', kind: 'audio' | 'video') => {
  const row = result.media.find((one) => one.direction === direction && one.kind === kind);
  if (row === undefined || row.loss === null || row.lossBeforeRecovery === null)
    throw new Error(`no ${kind} went ${direction}`);
  return { ...row, loss: row.loss, lossBeforeRecovery: row.lossBeforeRecovery };
};

const why = await whyNoNetwork();

/** The tests, against this version of the server. */
export const testLoss = (version: LiveKitVersion): void => {
  describe(`livekit-server ${version}`, () => {
    let down: Measured;
    let up: Measured;
    beforeEach(({ skip }) => skip(why !== null, why ?? ''));
    beforeAll(async () => {
      // Each on a network of its own, and small: they do not disturb each other.
      if (why === null)
        [down, up] = await Promise.all([measure(version, 'down'), measure(version, 'up')]);
    });

    test.for(['audio', 'video'] as const)(
      'downlink loss of %s is what the kernel dropped',
      (kind) => {
        const { first, again } = down.truth[kind];
        const { packets, loss, lossBeforeRecovery } = rowOf(down, 'down', kind);
        expect(down.result.joins).toMatchObject({ joined: 3, failed: 0 });
        expect(down.result.generator.socketDrops.count).toBe(0);
        expect(down.truth.other).toBe(0);
        expect(first.dropped).toBeGreaterThan(100);
        // Every packet was counted: otherwise the shares could agree at random.
        expect(Math.abs(packets / (1 - loss) / (first.passed + first.dropped) - 1)).toBeLessThan(
          0.03,
        );
        expect(Math.abs(lossBeforeRecovery - dropRate(first))).toBeLessThan(TOLERANCE);
        // Recovered packets are counted separately, and equal the retransmissions that arrived: few are sent twice.
        expect(down.recovered[kind] / again.passed).toBeGreaterThan(0.9);
        expect(down.recovered[kind]).toBeLessThanOrEqual(again.passed);
        expect(loss).toBeLessThan(lossBeforeRecovery / 5);
        // And none of it is put down to the other direction.
        expect(rowOf(down, 'up', kind).lossBeforeRecovery).toBeLessThan(TOLERANCE);
      },
    );

    test.for(['audio', 'video'] as const)(
      'uplink loss of %s is what the kernel dropped',
      (kind) => {
        const { first } = up.truth[kind];
        const { packets, loss, lossBeforeRecovery } = rowOf(up, 'up', kind);
        expect(up.result.joins).toMatchObject({ joined: 3, failed: 0 });
        expect(up.truth.other).toBe(0);
        expect(first.dropped).toBeGreaterThan(100);
        expect(Math.abs(packets / (first.passed + first.dropped) - 1)).toBeLessThan(0.03);
        expect(Math.abs(lossBeforeRecovery - dropRate(first))).toBeLessThan(TOLERANCE);
        expect(loss).toBeLessThan(lossBeforeRecovery / 5);
      },
    );

    test('retransmissions are counted apart from what is sent first', () => {
      const again = ({ truth }: Measured) =>
        [truth.audio.again, truth.video.again].reduce(
          (sum, { passed, dropped }) => sum + passed + dropped,
          0,
        );
      expect(down.result.lossRecovery.nacksSent).toBeGreaterThan(100);
      expect(up.result.lossRecovery.nacksReceived).toBeGreaterThan(100);
      expect(Math.abs(up.result.lossRecovery.rtxSent / again(up) - 1)).toBeLessThan(0.03);
      expect(down.result.lossRecovery.rtxSent).toBe(0);
    });

    // Not possible for audio: its retransmissions use its own SSRC, so a late packet looks like one.
    test('video that the uplink lost and the server forwards late does not count as downlink loss', () => {
      expect(rowOf(up, 'down', 'video').lossBeforeRecovery).toBeLessThan(TOLERANCE);
      expect(up.result.metrics['out_of_order.count']).toBeGreaterThan(100);
    });
  });
};
