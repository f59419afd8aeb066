import { Sketch } from '@livekit-swarm/metrics';
import {
  addDecryption,
  COUNTERS,
  type Decryption,
  emptyAdaptation,
  emptySeries,
  isSeriesCounter,
  type SeriesCounter,
  type SeriesLabels,
  type SeriesSample,
} from '@livekit-swarm/record';
import { seriesKey } from './cohorts.ts';
import {
  decryptionOf,
  FLOW_COUNTERS,
  isEncrypted,
  messageDecryptionOf,
  type PumpCounter,
  RECEIVER_COUNTERS,
  SENDER_COUNTERS,
} from './pump-counters.ts';
import type { DataStream, DownStream, Peer, StreamRegistry, UpStream } from './stream-registry.ts';

/** Series while it is being added up. */
interface Group {
  sample: SeriesSample;
  bandwidth: Sketch;
  jitter: Sketch;
  rtt: Sketch;
}

/**
 * Series of all streams since the last sample (see `StreamRegistry.settle`).
 * @param latencies latency of all packets since the last sample, by cohort
 */
export const seriesOf = (
  registry: StreamRegistry,
  latencies: ReadonlyMap<number, Sketch>,
): SeriesSample[] => {
  const groups = new Map<string, Group>();
  const group = (labels: SeriesLabels) => {
    const key = seriesKey(labels);
    const known = groups.get(key) ?? {
      sample: emptySeries(labels),
      bandwidth: new Sketch(),
      jitter: new Sketch(),
      rtt: new Sketch(),
    };
    groups.set(key, known);
    return known;
  };
  const estimates = estimatesOf(registry);
  for (const stream of registry.up.values())
    addUp(group(labelsOf('up', stream)), stream, estimates.get(stream));
  for (const stream of registry.down.values())
    addDown(group(labelsOf('down', stream)), stream, rttOf(registry, stream));
  for (const peer of registry.peers.values()) addData(group, peer);
  const ofOtherHosts: SeriesSample[] = [];
  for (const [cohort, sketch] of latencies) {
    const { labels, publishersOn } = registry.cohorts.cohort(cohort) ?? {};
    if (labels === undefined) continue;
    const latency = sketch.toBins();
    if (publishersOn === undefined) group(labels).sample.latency = latency;
    else ofOtherHosts.push({ ...emptySeries(labels), publishersOn, latency });
  }
  const all = [...groups.values()].map(({ sample, bandwidth, jitter, rtt }) => ({
    ...sample,
    ...(sample.adaptation !== undefined && {
      adaptation: { ...sample.adaptation, bandwidthEstimate: bandwidth.toBins() },
    }),
    jitter: jitter.toBins(),
    rtt: rtt.toBins(),
  }));
  return [...all, ...ofOtherHosts];
};

const labelsOf = (
  direction: 'up' | 'down',
  { owner, kind, codec }: UpStream | DownStream,
): SeriesLabels => ({
  direction,
  kind,
  group: owner.group,
  role: owner.role,
  codec,
});

const rttOf = (registry: StreamRegistry, { peer }: DownStream): number =>
  registry.peers.get(peer)?.stats?.rttMs ?? Number.NaN;

/** Function that returns a counter's increase since the last sample. */
const grown = <Stats>({ stats, taken }: { stats: Stats | null; taken: Stats | null }) => {
  return (read: (stats: Stats) => number): number =>
    stats === null ? 0 : read(stats) - (taken === null ? 0 : read(taken));
};

/** Bandwidth estimate of each adapting peer, by the stream that it is counted for, bit/s. */
const estimatesOf = (registry: StreamRegistry): Map<UpStream, number> => {
  const streams = new Map<number, UpStream>();
  for (const stream of registry.up.values())
    if (stream.kind === 'video' && !stream.ended && !streams.has(stream.peer))
      streams.set(stream.peer, stream);
  const estimates = new Map<UpStream, number>();
  for (const [peer, stream] of streams) {
    const bps = registry.peers.get(peer)?.stats?.availableOutgoingBps ?? 0;
    if (bps > 0) estimates.set(stream, bps);
  }
  return estimates;
};

const addAdaptation = (group: Group, stream: UpStream, estimate: number | undefined): void => {
  const more = grown(stream);
  const sentMs = more(({ wantedMs }) => wantedMs);
  if (sentMs <= 0 && estimate === undefined) return;
  const { sample, bandwidth } = group;
  const known = sample.adaptation ?? emptyAdaptation();
  sample.adaptation = {
    ...known,
    sentMs: known.sentMs + sentMs,
    limitedMs: known.limitedMs + more(({ limitedMs }) => limitedMs),
    paddingPackets: known.paddingPackets + more(({ paddingPackets }) => paddingPackets),
  };
  if (estimate !== undefined) bandwidth.add(estimate);
};

const addUp = (group: Group, stream: UpStream, estimate: number | undefined): void => {
  const { stats } = stream;
  if (stats === null) return;
  const { sample, jitter, rtt } = group;
  addAdaptation(group, stream, estimate);
  if (stream.first && !stream.ended) sample.tracks += 1;
  if (stats.active && !stream.ended && stream.height > 0)
    sample.layers[stream.height] = (sample.layers[stream.height] ?? 0) + 1;
  addCounters(sample, OF_SENDERS, stream);
  // A jitter of zero before the first report is not a measurement; the RTT arrives with the same
  // report.
  if (stats.active && !Number.isNaN(stats.rttMs)) {
    jitter.add(stats.remoteJitterMs);
    rtt.add(stats.rttMs);
  }
};

const addDown = ({ sample, jitter, rtt }: Group, stream: DownStream, rttMs: number): void => {
  const { stats } = stream;
  if (stats === null) return;
  addCounters(sample, OF_RECEIVERS, stream);
  addDecrypted(sample, decryptionOf, stream);
  if (grown(stream)(({ packets }) => packets) <= 0) return;
  sample.tracks += 1;
  if (stats.height > 0) sample.layers[stats.height] = (sample.layers[stats.height] ?? 0) + 1;
  jitter.add(stats.jitterMs);
  rtt.add(rttMs);
};

const addData = (group: (labels: SeriesLabels) => Group, peer: Peer): void => {
  const labels = {
    kind: 'data',
    group: peer.owner.group,
    role: peer.owner.role,
    codec: 'data',
  } as const;
  const sent = grown(peer)((s) => s.dataMessagesSent);
  if (sent > 0) {
    const { sample } = group({ direction: 'up', ...labels });
    sample.packets += sent;
    sample.bytes += grown(peer)((s) => s.dataBytesSent);
    sample.tracks += 1;
  }
  if (peer.stats !== null && isEncrypted(messageDecryptionOf(peer.stats)))
    addDecrypted(group({ direction: 'down', ...labels }).sample, messageDecryptionOf, peer);
  for (const flow of peer.flows.values()) addFlow(group({ direction: 'down', ...labels }), flow);
};

const addFlow = ({ sample }: Group, flow: DataStream): void => {
  addCounters(sample, OF_FLOWS, flow);
  if (grown(flow)(({ received }) => received) > 0) sample.tracks += 1;
};

const addDecrypted = <Stats>(
  sample: SeriesSample,
  read: (stats: Stats) => Decryption,
  stream: { stats: Stats | null; taken: Stats | null },
): void => {
  const more = grown(stream);
  const decryption = {
    decrypted: more((stats) => read(stats).decrypted),
    undecryptable: more((stats) => read(stats).undecryptable),
    keyChanges: more((stats) => read(stats).keyChanges),
  };
  if (isEncrypted(decryption)) sample.decryption = addDecryption(sample.decryption, decryption);
};

/**
 * Counters of video, and of audio and data: the latter are fewer, so that a sample does not read
 * counters that cannot change.
 */
interface SeriesCounters<Stats> {
  video: (PumpCounter<Stats> & { name: SeriesCounter })[];
  others: (PumpCounter<Stats> & { name: SeriesCounter })[];
}

const seriesCountersOf = <Stats>(
  counters: readonly PumpCounter<Stats>[],
): SeriesCounters<Stats> => {
  const video = counters.flatMap(({ name, read }) =>
    isSeriesCounter(name) ? [{ name, read }] : [],
  );
  return { video, others: video.filter(({ name }) => !('video' in COUNTERS[name])) };
};

const OF_SENDERS = seriesCountersOf(SENDER_COUNTERS);
const OF_RECEIVERS = seriesCountersOf(RECEIVER_COUNTERS);
const OF_FLOWS = seriesCountersOf(FLOW_COUNTERS);

const addCounters = <Stats>(
  sample: SeriesSample,
  counters: SeriesCounters<Stats>,
  { stats, taken }: { stats: Stats | null; taken: Stats | null },
): void => {
  if (stats === null) return;
  for (const { name, read } of sample.labels.kind === 'video' ? counters.video : counters.others)
    sample[name] += read(stats) - (taken === null ? 0 : read(taken));
};
