import { Sketch } from '@livekit-swarm/metrics';
import { emptySeries, type SeriesLabels, type SeriesSample } from '@livekit-swarm/record';
import type { ReceiverStats, SenderStats } from '@livekit-swarm/webrtc';
import { seriesKey } from './cohorts.ts';
import type { DataStream, DownStream, Peer, StreamBook, UpStream } from './stream-book.ts';

/** A series while it is being added up. */
interface Group {
  sample: SeriesSample;
  jitter: Sketch;
  rtt: Sketch;
}

/**
 * What every group of streams did since the last sample (see `StreamBook.settle`).
 * @param latencies by cohort: of everything that arrived since the last sample
 */
export const seriesOf = (
  book: StreamBook,
  latencies: ReadonlyMap<number, Sketch>,
): SeriesSample[] => {
  const groups = new Map<string, Group>();
  const group = (labels: SeriesLabels) => {
    const key = seriesKey(labels);
    const known = groups.get(key) ?? {
      sample: emptySeries(labels),
      jitter: new Sketch(),
      rtt: new Sketch(),
    };
    groups.set(key, known);
    return known;
  };
  for (const stream of book.up.values()) addUp(group(labelsOf('up', stream)), stream);
  for (const stream of book.down.values())
    addDown(group(labelsOf('down', stream)), stream, rttOf(book, stream));
  for (const peer of book.peers.values()) addData(group, peer);
  for (const [cohort, latency] of latencies) {
    const labels = book.cohorts.labels(cohort);
    if (labels !== undefined) group(labels).sample.latency = latency.toBins();
  }
  return [...groups.values()].map(({ sample, jitter, rtt }) => ({
    ...sample,
    jitter: jitter.toBins(),
    rtt: rtt.toBins(),
  }));
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

const rttOf = (book: StreamBook, { peer }: DownStream): number =>
  book.peers.get(peer)?.stats?.rttMs ?? Number.NaN;

/** Sums a counter's increase. */
const grown = <Stats>({ stats, taken }: { stats: Stats | null; taken: Stats | null }) => {
  return (read: (stats: Stats) => number): number =>
    stats === null ? 0 : read(stats) - (taken === null ? 0 : read(taken));
};

/**
 * What the server missed at first: asked for again, or still missing in its receiver reports where it did not ask. Transport-wide feedback
 * is no measure of it: LiveKit reports what came before the track was set up as never received.
 */
export const missedByServer = (stats: SenderStats): number =>
  Math.max(stats.nackedPackets, stats.remoteLost);

const addUp = ({ sample, jitter, rtt }: Group, stream: UpStream): void => {
  const { stats } = stream;
  if (stats === null) return;
  const more = grown(stream);
  if (stream.first && !stream.ended) sample.tracks += 1;
  if (stats.active && !stream.ended && stream.height > 0)
    sample.layers[stream.height] = (sample.layers[stream.height] ?? 0) + 1;
  sample.packets += more((s) => s.packets);
  sample.bytes += more((s) => s.bytes);
  sample.lostBeforeRecovery += more(missedByServer);
  sample.lost += more((s) => s.remoteLost);
  sample.recovered += more((s) => Math.max(0, missedByServer(s) - s.remoteLost));
  sample.nacksReceived += more((s) => s.nacks);
  sample.plisReceived += more((s) => s.plis + s.firs);
  sample.rtxPackets += more((s) => s.rtxPackets);
  if (stream.kind === 'video') sample.keyframes += more((s) => s.keyframes);
  sample.lateSends += more((s) => s.lateSends);
  sample.sendErrors += more((s) => s.sendErrors);
  // A jitter of zero before the first report is no measurement; the RTT comes with the same report.
  if (stats.active && !Number.isNaN(stats.rttMs)) {
    jitter.add(stats.remoteJitterMs);
    rtt.add(stats.rttMs);
  }
};

const addDown = ({ sample, jitter, rtt }: Group, stream: DownStream, rttMs: number): void => {
  const { stats } = stream;
  if (stats === null) return;
  const more = grown<ReceiverStats>(stream);
  const packets = more((s) => s.packets);
  sample.packets += packets;
  sample.bytes += more((s) => s.bytes);
  sample.lostBeforeRecovery += more((s) => s.lostBeforeRecovery);
  sample.lost += more((s) => s.lost);
  sample.recovered += more((s) => s.recovered);
  sample.duplicates += more((s) => s.duplicates);
  sample.outOfOrder += more((s) => s.outOfOrder);
  sample.nacksSent += more((s) => s.nacks);
  sample.plisSent += more((s) => s.plis);
  sample.rtxPackets += more((s) => s.recovered);
  sample.keyframes += more((s) => s.keyframes);
  sample.layerSwitches += more((s) => s.layerSwitches);
  sample.interruptions += more((s) => s.interruptions);
  sample.interruptionMs += more((s) => s.interruptionMs);
  if (packets <= 0) return;
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
  for (const flow of peer.flows.values()) addFlow(group({ direction: 'down', ...labels }), flow);
};

const addFlow = ({ sample }: Group, flow: DataStream): void => {
  const more = grown(flow);
  const received = more((s) => s.received);
  sample.packets += received;
  sample.bytes += more((s) => s.bytes);
  sample.lost += more((s) => s.lost);
  sample.lostBeforeRecovery += more((s) => s.lost);
  sample.duplicates += more((s) => s.duplicates);
  if (received > 0) sample.tracks += 1;
};
