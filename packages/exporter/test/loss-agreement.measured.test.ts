/**
 * Loss, NACKs and jitter as the exporter shows them for one node of a cluster, against what is known of them from elsewhere: the counters of the
 * kernel that threw the packets away, the record of the run, and the node's own metrics. Other nodes, at the same time, are the control.
 *
 * Kernel and exporter count the same packets, so the dice do not decide whether they agree. They may differ by what the exporter never saw: packets
 * from before the first sample of a stream and after the last, and losses at its very ends, which no receiver can know of.
 */
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@livekit-swarm/lab';
import {
  DEFAULT_LOAD_SPEC,
  type LoadSpec,
  PERFECT_LINK,
  type Scenario,
  scenarioOfLoad,
} from '@livekit-swarm/scenario';
import { dropRtp, type Fate, type Truth } from '@livekit-swarm/testkit/packet-filter';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeSettings } from '../src/sources/probes/config.ts';
import { readNodeId } from '../src/sources/probes/node-id.ts';
import {
  type CrowdOnNode,
  crowdOnNode,
  nodesOf,
  recorded,
  recordedJitter,
} from './support/crowd-on-node.ts';
import { expectedJitter } from './support/expected-jitter.ts';
import { parseExposition, type Series, sumOf } from './support/exposition.ts';
import { type Answer, scratch, startProbing, targetOf } from './support/probing.ts';

/** Share of packets that the lossy node's clients do not get. */
const LOSS = 0.02;
/** Standard deviations: one run in sixteen thousand is further off by chance. */
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
/** Everybody hears, or sees, the two others of their room. */
const STREAMS = 3 * 3 * 2;
/** livekit-server adds up what happened every five seconds, also when those it happened to have left. */
const SERVER_TELLS_WITHIN_MS = 6_000;
/** Of a probe: each hears, and sees, the other. */
const PROBE_STREAMS = 2;

/** What people say reaches the server unevenly. */
const shakyCalls = (): Scenario => {
  const scenario = scenarioOfLoad({ ...DEFAULT_LOAD_SPEC, ...CALLS, publish: ['audio'] });
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

/** A node, what was asked of it, and what it told itself: growth while its crowd was there. */
interface Watched {
  id: string;
  crowd: CrowdOnNode;
  own(name: string, labels?: Record<string, string>): number;
}

let cluster: Cluster;
let dir = '';
let calm: Watched;
let lossy: Watched;
let shaky: Watched;
const probes: Record<'calm' | 'lossy', Answer | null> = { calm: null, lossy: null };
/** While there were probes, and while there were crowds. */
let truth: Record<'probes' | 'crowds', Truth>;

const unavailable = await skipWithout('packet-filter', 'redis', 'haproxy');

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await scratch();
  cluster = await startCluster({ dir, nodes: 3 });
  const [one, two, three] = cluster.nodes;
  if (one === undefined || two === undefined || three === undefined)
    throw new Error('a cluster of three has three nodes');
  await using filter = await dropRtp({ ports: two.ports, serverIs: 'source', percent: LOSS * 100 });
  await using probing = await startProbing(
    [targetOf(cluster)],
    probeSettings({ modules: { video_pair: { duration: 6_000 } } }),
  );
  const probe = (node: string) => probing.ask(`target=lab&module=video_pair&node=${node}`);
  [probes.calm, probes.lossy] = await Promise.all([probe(one.name), probe(two.name)]);
  const before = await filter.read();
  const crowd = async (
    { name, metricsUrl }: typeof one,
    load: Partial<LoadSpec> | Scenario,
  ): Promise<Watched> => {
    const scrape = async (): Promise<Series[]> =>
      parseExposition(await (await fetch(metricsUrl)).text());
    const [id, first] = [await readNodeId(metricsUrl, 2_000), await scrape()];
    const seen = await crowdOnNode(cluster, id, { name, load, dir });
    await sleep(SERVER_TELLS_WITHIN_MS);
    const last = await scrape();
    const own: Watched['own'] = (metric, labels = {}) =>
      (sumOf(last, metric, labels) ?? 0) - (sumOf(first, metric, labels) ?? 0);
    return { id, crowd: seen, own };
  };
  [calm, lossy, shaky] = await Promise.all([
    crowd(one, CALLS),
    crowd(two, CALLS),
    crowd(three, shakyCalls()),
  ]);
  truth = { probes: before, crowds: since(before, await filter.read()) };
}, 120_000);

afterAll(async () => {
  if (unavailable !== null) return;
  await cluster.stop();
  await rm(dir, { recursive: true, force: true });
});

const minus = (after: Fate, before: Fate): Fate => ({
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

const all = ({ passed, dropped }: Fate): number => passed + dropped;

/** How many drops so many packets have, if chance is kind: their mean, and four standard deviations. */
const dropsAmong = (packets: number): number =>
  packets * LOSS + SIGMAS * Math.sqrt(packets * LOSS * (1 - LOSS));

const down = (
  { shown }: CrowdOnNode,
  name: string,
  kind: string,
  labels: Record<string, string> = {},
): number =>
  sumOf(shown, `swarm_run_${name}`, { direction: 'down', kind, ...labels }) ?? Number.NaN;

/** Packets that the kernel saw and the exporter did not. */
const unseen = (kind: 'audio' | 'video'): number => {
  const { crowd } = lossy;
  return (
    all(truth.crowds[kind].first) -
    down(crowd, 'packets_total', kind) -
    down(crowd, 'packets_lost_total', kind, { recovery: 'after' })
  );
};

/** What the exporter may have missed of the drops. */
const slack = (kind: 'audio' | 'video'): number => dropsAmong(Math.max(0, unseen(kind)) + STREAMS);

/** Mean of a histogram, ms. */
const jitterOf = ({ shown }: CrowdOnNode, direction: 'up' | 'down', kind: string) => {
  const part = (suffix: string) =>
    sumOf(shown, `swarm_run_jitter_seconds_${suffix}`, { direction, kind }) ?? Number.NaN;
  return { mean: (part('sum') / part('count')) * 1_000, count: part('count') };
};

describe('a node whose downlink loses 2 %', () => {
  test('has its crowd to itself, as others have theirs', () => {
    for (const { id, crowd } of [calm, lossy, shaky]) {
      expect([...nodesOf(crowd)]).toEqual([id]);
      expect(sumOf(crowd.shown, 'swarm_run_joins_total', { result: 'joined' })).toBe(9);
      expect(sumOf(crowd.shown, 'swarm_run_generator_socket_drops_total')).toBe(0);
    }
  });

  test.for(MEDIA)(
    'is shown with the loss of %s that the kernel counted and the record has',
    (kind) => {
      const { first, again } = truth.crowds[kind];
      expect(truth.crowds.other).toBe(0);
      expect(Math.abs(first.dropped - all(first) * LOSS)).toBeLessThan(
        SIGMAS * Math.sqrt(all(first) * LOSS * (1 - LOSS)),
      );
      // Nothing escaped us: otherwise the figures could agree by chance.
      expect(unseen(kind) / all(first)).toBeLessThan(0.03);
      const lost = down(lossy.crowd, 'packets_lost_total', kind, { recovery: 'before' });
      const [after, recovered] = [
        down(lossy.crowd, 'packets_lost_total', kind, { recovery: 'after' }),
        down(lossy.crowd, 'packets_recovered_total', kind),
      ];
      expect(lost).toBeLessThanOrEqual(first.dropped);
      expect(first.dropped - lost).toBeLessThan(slack(kind));
      expect(recovered).toBeLessThanOrEqual(again.passed);
      expect(again.passed - recovered).toBeLessThan(slack(kind));
      expect(after).toBe(lost - recovered);
      expect({ lost, after, recovered }).toEqual({
        lost: recorded(lossy.crowd, kind, 'lostBeforeRecovery'),
        after: recorded(lossy.crowd, kind, 'lost'),
        recovered: recorded(lossy.crowd, kind, 'recovered'),
      });
      for (const { crowd } of kind === 'audio' ? [calm, shaky] : [calm]) {
        const packets = down(crowd, 'packets_total', kind);
        expect(packets).toBeGreaterThan(STREAMS * SECONDS * 40);
        expect(
          down(crowd, 'packets_lost_total', kind, { recovery: 'before' }) / packets,
        ).toBeLessThan(LOSS / 20);
      }
    },
  );

  test('is shown with the NACKs that the kernel counted and the record has', () => {
    const nacks = MEDIA.map((kind) => down(lossy.crowd, 'nacks_total', kind)).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(nacks).toBe(
      recorded(lossy.crowd, 'audio', 'nacksSent') + recorded(lossy.crowd, 'video', 'nacksSent'),
    );
    expect(nacks).toBeLessThanOrEqual(truth.crowds.nacks);
    expect(truth.crowds.nacks - nacks).toBeLessThan(slack('audio') + slack('video'));
    // The server counts packets that were asked for; a message may ask for several.
    const asked = lossy.own('livekit_nack_total', { direction: 'outgoing' });
    expect(asked).toBeGreaterThan(nacks - slack('audio') - slack('video'));
    expect(asked).toBeLessThan(truth.crowds.nacks * 1.15);
    for (const { crowd, own } of [calm, shaky]) {
      expect(sumOf(crowd.shown, 'swarm_run_nacks_total', { direction: 'down' })).toBeLessThan(
        nacks / 20,
      );
      expect(own('livekit_nack_total', { direction: 'outgoing' })).toBeLessThan(nacks / 20);
    }
  });

  test('tells its loss of video itself; of audio, what was not repaired', () => {
    const { audio, video } = truth.crowds;
    const own = (type: string) =>
      lossy.own('livekit_packet_loss_total', { direction: 'outgoing', type });
    // Receivers report once a second: what was lost since the last report is not known to the server.
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

  test('is found by a probe of it, and no other is', () => {
    const of = (
      which: 'calm' | 'lossy',
      name: string,
      labels: Record<string, string> = {},
    ): number =>
      sumOf(probes[which]?.series ?? [], `swarm_probe_${name}`, { direction: 'down', ...labels }) ??
      Number.NaN;
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
      // What no retransmission brought.
      expect(lost).toBeLessThan(Math.max(0, first.dropped - again.passed) + missed);
      expect(of('calm', 'loss_ratio', { kind })).toBe(0);
    }
    expect(of('calm', 'nacks_total')).toBe(0);
  });

  test('is no more uneven than the calm one, in histograms that have what the record has', () => {
    for (const { crowd } of [calm, lossy, shaky]) {
      for (const direction of ['up', 'down'] as const) {
        const sketch = recordedJitter(crowd, direction, 'audio');
        const { mean, count } = jitterOf(crowd, direction, 'audio');
        expect(count).toBe(sketch.count);
        expect(mean).toBeCloseTo(sketch.sum / sketch.count, 6);
        for (const [le, bound] of [
          ['0.001', 1],
          ['0.01', 10],
          ['0.03', 30],
        ] as const) {
          const upTo = sumOf(crowd.shown, 'swarm_run_jitter_seconds_bucket', {
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
        jitterOf(lossy.crowd, 'down', 'audio').mean - jitterOf(calm.crowd, 'down', 'audio').mean,
      ),
    ).toBeLessThan(2);
  });
});

test('jitter that was made is shown as the RFC has it: the way up, which the server measured, and down, which we did', () => {
  const expected = expectedJitter(JITTER_MS);
  // On top of what this machine makes by itself, and of the 2 % within which sketches know sums.
  const own = jitterOf(calm.crowd, 'down', 'audio').mean;
  const tolerance = (count: number) =>
    (SIGMAS * expected.deviation) / Math.sqrt(count) + 0.02 * expected.mean + own;
  const [up, heard] = (['up', 'down'] as const).map((direction) =>
    jitterOf(shaky.crowd, direction, 'audio'),
  );
  for (const { mean, count } of [up, heard].filter((one) => one !== undefined)) {
    expect(count).toBeGreaterThan(9 * (SECONDS - 5));
    expect(Math.abs(mean - expected.mean)).toBeLessThan(tolerance(count));
  }
  // The server keeps the worst of each five seconds.
  const sum = shaky.own('livekit_jitter_us_sum', { direction: 'incoming' });
  const worst = sum / shaky.own('livekit_jitter_us_count', { direction: 'incoming' }) / 1_000;
  expect(worst).toBeGreaterThan(expected.mean);
  expect(worst).toBeLessThan(expected.mean + 4 * expected.deviation + own);
});
