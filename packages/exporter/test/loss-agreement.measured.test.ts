/**
 * Compares loss, NACKs and jitter of the exporter for one node of a cluster with the counters of
 * the kernel that dropped the packets, the record of the run, and the metrics of the node. Other
 * nodes at the same time are the control.
 *
 * Kernel and exporter count the same packets, so agreement does not depend on randomness. They may
 * differ by packets that the exporter does not see: before the first sample of a stream, after the
 * last, and losses at the ends of the stream.
 */

import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import { readNodeId } from '@livekit-swarm/probe';
import { PERFECT_LINK, type Scenario } from '@livekit-swarm/scenario';
import { parseExposition, type Series, sumOf } from '@livekit-swarm/testkit/exposition';
import { type LoadSpec, scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { dropRtp, type PacketCounts, type Truth } from '@livekit-swarm/testkit/packet-filter';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeSettings } from '../src/sources/probes/config.ts';
import { expectedJitter } from './support/expected-jitter.ts';
import {
  type LoadOnNode,
  nodesOf,
  recorded,
  recordedJitter,
  runLoadOnNode,
} from './support/load-on-node.ts';
import { type Answer, scratch, startProbing, targetOf } from './support/probing.ts';

/** Share of packets that the clients of the lossy node lose, 0 … 1. */
const LOSS = 0.02;
/** Tolerance in standard deviations: one of sixteen thousand runs exceeds it. */
const SIGMAS = 4;
const MEDIA = ['audio', 'video'] as const;
const JITTER_MS = 8;
const SECONDS = 18;
const CALLS: Partial<LoadSpec> = {
  rooms: 3,
  participants: 3,
  publish: [...MEDIA],
  video: '360p',
  durationMs: SECONDS * 1_000,
};
/** Number of streams: each participant receives the tracks of the two others of its room. */
const STREAMS = 3 * 3 * 2;
/**
 * Time after which livekit-server has updated its metrics, ms. It does so every five seconds, also
 * for participants that left.
 */
const SERVER_TELLS_WITHIN_MS = 6_000;
/** Number of streams of a probe: each participant receives the other. */
const PROBE_STREAMS = 2;

/** Scenario with participants whose uplink has jitter. */
const jitteryRooms = (): Scenario => {
  const scenario = scenarioOfLoad({ ...CALLS, publish: ['audio'] });
  const network = {
    name: 'custom',
    impairment: { up: { ...PERFECT_LINK, jitterMs: JITTER_MS }, down: PERFECT_LINK },
  };
  const shaken = (group: Scenario['groups'][number]) => ({
    ...group,
    roles: group.roles.map((role) => ({ ...role, network })),
  });
  return { ...scenario, groups: scenario.groups.map(shaken) };
};

/** Node with its load, and the increase of its own metrics during the load. */
interface LoadedNode {
  id: string;
  load: LoadOnNode;
  own(name: string, labels?: Record<string, string>): number;
}

let cluster: Cluster;
let dir = '';
let calm: LoadedNode;
let lossy: LoadedNode;
let shaky: LoadedNode;
const probes: Record<'calm' | 'lossy', Answer | null> = { calm: null, lossy: null };
/** Packets that the kernel counted during the probes, and during the load. */
let truth: Record<'probes' | 'load', Truth>;

const unavailable = await skipWithout('packet-filter', 'redis', 'haproxy');

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await scratch();
  cluster = await startCluster({ dir, nodes: 3 });
  const [one, two, three] = cluster.nodes;
  if (one === undefined || two === undefined || three === undefined)
    throw new Error('expected three nodes');
  await using filter = await dropRtp({ ports: two.ports, serverIs: 'source', percent: LOSS * 100 });
  await using probing = await startProbing(
    [targetOf(cluster)],
    probeSettings({ modules: { video_pair: { duration: 6_000 } } }),
  );
  const probe = (node: string) => probing.ask(`target=lab&module=video_pair&node=${node}`);
  [probes.calm, probes.lossy] = await Promise.all([probe(one.name), probe(two.name)]);
  const before = await filter.read();
  const load = async (
    { name, metricsUrl }: typeof one,
    load: Partial<LoadSpec> | Scenario,
  ): Promise<LoadedNode> => {
    const scrape = async (): Promise<Series[]> =>
      parseExposition(await (await fetch(metricsUrl)).text());
    const [id, first] = [await readNodeId(metricsUrl, 2_000), await scrape()];
    const seen = await runLoadOnNode(cluster, id, { name, load, dir });
    await sleep(SERVER_TELLS_WITHIN_MS);
    const last = await scrape();
    const own: LoadedNode['own'] = (metric, labels = {}) =>
      (sumOf(last, metric, labels) ?? 0) - (sumOf(first, metric, labels) ?? 0);
    return { id, load: seen, own };
  };
  [calm, lossy, shaky] = await Promise.all([
    load(one, CALLS),
    load(two, CALLS),
    load(three, jitteryRooms()),
  ]);
  truth = { probes: before, load: since(before, await filter.read()) };
}, 120_000);

afterAll(async () => {
  if (unavailable !== null) return;
  await cluster.stop();
  await rm(dir, { recursive: true, force: true });
});

const minus = (after: PacketCounts, before: PacketCounts): PacketCounts => ({
  passed: after.passed - before.passed,
  dropped: after.dropped - before.dropped,
});

const since = (before: Truth, after: Truth): Truth => ({
  audio: {
    first: minus(after.audio.first, before.audio.first),
    again: minus(after.audio.again, before.audio.again),
  },
  video: {
    first: minus(after.video.first, before.video.first),
    again: minus(after.video.again, before.video.again),
  },
  other: after.other - before.other,
  nacks: after.nacks - before.nacks,
});

const all = ({ passed, dropped }: PacketCounts): number => passed + dropped;

/** Expected number of dropped packets: mean plus four standard deviations. */
const dropsAmong = (packets: number): number =>
  packets * LOSS + SIGMAS * Math.sqrt(packets * LOSS * (1 - LOSS));

const down = (
  { shown }: LoadOnNode,
  name: string,
  kind: string,
  labels: Record<string, string> = {},
): number =>
  sumOf(shown, `livekit_swarm_run_${name}`, { direction: 'down', kind, ...labels }) ?? Number.NaN;

/** Number of packets that only the kernel counted. */
const unseen = (kind: 'audio' | 'video'): number => {
  const { load } = lossy;
  return (
    all(truth.load[kind].first) -
    down(load, 'packets_total', kind) -
    down(load, 'packets_lost_total', kind, { recovery: 'after' })
  );
};

/** Number of dropped packets that the exporter may have missed. */
const slack = (kind: 'audio' | 'video'): number => dropsAmong(Math.max(0, unseen(kind)) + STREAMS);

/** Mean of the histogram of jitter, ms. */
const jitterOf = ({ shown }: LoadOnNode, direction: 'up' | 'down', kind: string) => {
  const part = (suffix: string) =>
    sumOf(shown, `livekit_swarm_run_jitter_seconds_${suffix}`, { direction, kind }) ?? Number.NaN;
  return { mean: (part('sum') / part('count')) * 1_000, count: part('count') };
};

describe('a node whose downlink loses 2 %', () => {
  test('holds exactly the rooms of its load, as do the other nodes', () => {
    for (const { id, load } of [calm, lossy, shaky]) {
      expect([...nodesOf(load)]).toEqual([id]);
      expect(sumOf(load.shown, 'livekit_swarm_run_joins_total', { result: 'joined' })).toBe(9);
      expect(sumOf(load.shown, 'livekit_swarm_run_generator_socket_drops_total')).toBe(0);
    }
  });

  test.for(MEDIA)(
    'is shown with the loss of %s that the kernel counted and the record has',
    (kind) => {
      const { first, again } = truth.load[kind];
      expect(truth.load.other).toBe(0);
      expect(Math.abs(first.dropped - all(first) * LOSS)).toBeLessThan(
        SIGMAS * Math.sqrt(all(first) * LOSS * (1 - LOSS)),
      );
      // Few packets are missing: otherwise agreement would not be evidence.
      expect(unseen(kind) / all(first)).toBeLessThan(0.03);
      const lost = down(lossy.load, 'packets_lost_total', kind, { recovery: 'before' });
      const [after, recovered] = [
        down(lossy.load, 'packets_lost_total', kind, { recovery: 'after' }),
        down(lossy.load, 'packets_recovered_total', kind),
      ];
      expect(lost).toBeLessThanOrEqual(first.dropped);
      expect(first.dropped - lost).toBeLessThan(slack(kind));
      expect(recovered).toBeLessThanOrEqual(again.passed);
      expect(again.passed - recovered).toBeLessThan(slack(kind));
      expect(after).toBe(lost - recovered);
      expect({ lost, after, recovered }).toEqual({
        lost: recorded(lossy.load, kind, 'lostBeforeRecovery'),
        after: recorded(lossy.load, kind, 'lost'),
        recovered: recorded(lossy.load, kind, 'recovered'),
      });
      for (const { load } of kind === 'audio' ? [calm, shaky] : [calm]) {
        const packets = down(load, 'packets_total', kind);
        expect(packets).toBeGreaterThan(STREAMS * SECONDS * 40);
        expect(
          down(load, 'packets_lost_total', kind, { recovery: 'before' }) / packets,
        ).toBeLessThan(LOSS / 20);
      }
    },
  );

  test('has the NACKs that the kernel counted and the record contains', () => {
    const nacks = MEDIA.map((kind) => down(lossy.load, 'nacks_total', kind)).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(nacks).toBe(
      recorded(lossy.load, 'audio', 'nacksSent') + recorded(lossy.load, 'video', 'nacksSent'),
    );
    expect(nacks).toBeLessThanOrEqual(truth.load.nacks);
    expect(truth.load.nacks - nacks).toBeLessThan(slack('audio') + slack('video'));
    // The server counts requested packets; a message may request several.
    const asked = lossy.own('livekit_nack_total', { direction: 'outgoing' });
    expect(asked).toBeGreaterThan(nacks - slack('audio') - slack('video'));
    expect(asked).toBeLessThan(truth.load.nacks * 1.15);
    for (const { load, own } of [calm, shaky]) {
      expect(
        sumOf(load.shown, 'livekit_swarm_run_nacks_total', { direction: 'down' }),
      ).toBeLessThan(nacks / 20);
      expect(own('livekit_nack_total', { direction: 'outgoing' })).toBeLessThan(nacks / 20);
    }
  });

  test('exports its video loss before recovery and its audio loss after recovery', () => {
    const { audio, video } = truth.load;
    const own = (type: string) =>
      lossy.own('livekit_packet_loss_total', { direction: 'outgoing', type });
    // Receivers report once per second: the server does not know of losses since the last report.
    const reported = dropsAmong(all(video.first) / SECONDS);
    expect(own('VIDEO')).toBeLessThanOrEqual(video.first.dropped);
    expect(video.first.dropped - own('VIDEO')).toBeLessThan(slack('video') + reported);
    expect(own('AUDIO')).toBeLessThan(audio.first.dropped / 5);
    const again = lossy.own('livekit_packet_total', {
      direction: 'outgoing',
      transmission: 'retransmit',
    });
    expect(Math.abs(again / (all(audio.again) + all(video.again)) - 1)).toBeLessThan(0.05);
    for (const { own: others } of [calm, shaky]) {
      expect(others('livekit_packet_loss_total', { direction: 'outgoing' })).toBeLessThan(
        video.first.dropped / 20,
      );
    }
  });

  test('is detected by a probe of this node, and no other node is', () => {
    const of = (
      which: 'calm' | 'lossy',
      name: string,
      labels: Record<string, string> = {},
    ): number =>
      sumOf(probes[which]?.series ?? [], `livekit_swarm_probe_${name}`, {
        direction: 'down',
        ...labels,
      }) ?? Number.NaN;
    const seen = MEDIA.reduce(
      (sum, kind) => sum + all(truth.probes[kind].first) - of('lossy', 'packets_total', { kind }),
      0,
    );
    const missed = dropsAmong(Math.max(0, seen) + 2 * PROBE_STREAMS);
    expect(truth.probes.nacks).toBeGreaterThan(5);
    expect(of('lossy', 'nacks_total')).toBeLessThanOrEqual(truth.probes.nacks);
    expect(truth.probes.nacks - of('lossy', 'nacks_total')).toBeLessThan(missed);
    for (const kind of MEDIA) {
      const { first, again } = truth.probes[kind];
      const lost = of('lossy', 'loss_ratio', { kind }) * of('lossy', 'packets_total', { kind });
      // The probe reports loss after recovery.
      expect(lost).toBeLessThan(Math.max(0, first.dropped - again.passed) + missed);
      expect(of('calm', 'loss_ratio', { kind })).toBe(0);
    }
    expect(of('calm', 'nacks_total')).toBe(0);
  });

  test('has no more jitter than the calm node, in histograms that agree with the record', () => {
    for (const { load } of [calm, lossy, shaky]) {
      for (const direction of ['up', 'down'] as const) {
        const sketch = recordedJitter(load, direction, 'audio');
        const { mean, count } = jitterOf(load, direction, 'audio');
        expect(count).toBe(sketch.count);
        expect(mean).toBeCloseTo(sketch.sum / sketch.count, 6);
        for (const [le, bound] of [
          ['0.001', 1],
          ['0.01', 10],
          ['0.03', 30],
        ] as const) {
          const upTo = sumOf(load.shown, 'livekit_swarm_run_jitter_seconds_bucket', {
            direction,
            kind: 'audio',
            le,
          });
          expect(upTo, le).toBe(sketch.countsUpTo([bound])[0]);
        }
      }
    }
    expect(
      Math.abs(
        jitterOf(lossy.load, 'down', 'audio').mean - jitterOf(calm.load, 'down', 'audio').mean,
      ),
    ).toBeLessThan(2);
  });
});

test('injected jitter is measured as in the RFC: uplink by the server, downlink by the participants', () => {
  const expected = expectedJitter(JITTER_MS);
  // The limits allow for the jitter of this host, and for the 2 % accuracy of sketches.
  const own = jitterOf(calm.load, 'down', 'audio').mean;
  const tolerance = (count: number) =>
    (SIGMAS * expected.deviation) / Math.sqrt(count) + 0.02 * expected.mean + own;
  const [up, heard] = (['up', 'down'] as const).map((direction) =>
    jitterOf(shaky.load, direction, 'audio'),
  );
  for (const { mean, count } of [up, heard].filter((one) => one !== undefined)) {
    expect(count).toBeGreaterThan(9 * (SECONDS - 5));
    expect(Math.abs(mean - expected.mean)).toBeLessThan(tolerance(count));
  }
  // The server exports the maximum of each five seconds.
  const sum = shaky.own('livekit_jitter_us_sum', { direction: 'incoming' });
  const worst = sum / shaky.own('livekit_jitter_us_count', { direction: 'incoming' }) / 1_000;
  expect(worst).toBeGreaterThan(expected.mean);
  expect(worst).toBeLessThan(expected.mean + 4 * expected.deviation + own);
});
