import type { CountedIn, MetricSet } from './metric-set.ts';
import type { SampleLine, SeriesSample } from './record.ts';

/** Folds the media of samples into metrics, and keeps what is a level rather than a sum: tracks and layers. */
export class SampleFold {
  readonly #metrics: MetricSet;
  /** `down audio` → shard → tracks in its last sample; and the most of all shards at one time. */
  readonly #tracks = new Map<string, { latest: Map<number, number>; most: number }>();
  readonly #layers = { up: new Map<number, Record<string, number>>(), down: new Map<number, Record<string, number>>() };

  readonly #dataBytes = { up: 0, down: 0 };

  constructor(metrics: MetricSet) {
    this.#metrics = metrics;
  }

  add(line: SampleLine, steady: boolean): void {
    const where = { shard: line.shard, steady };
    if (steady) this.#metrics.steadyTime(line.shard, line.intervalMs);
    for (const series of line.series) {
      if (series.labels.kind === 'data') this.#addData(series, where);
      else this.#addMedia(series, where);
    }
    this.#addTracks(line);
    this.#addLayers(line);
  }

  mostTracks(direction: 'up' | 'down', kind: string): number {
    return this.#tracks.get(`${direction} ${kind}`)?.most ?? 0;
  }

  dataBytes(direction: 'up' | 'down'): number {
    return this.#dataBytes[direction];
  }

  /** Tracks by height, as every shard last saw them. */
  layers(direction: 'up' | 'down'): Record<string, number> {
    const total: Record<string, number> = {};
    for (const layers of this.#layers[direction].values()) addUp(total, layers);
    return Object.fromEntries(Object.entries(total).sort(([a], [b]) => Number(a) - Number(b)));
  }

  #addMedia(series: SeriesSample, where: CountedIn): void {
    const { labels } = series;
    const metrics = this.#metrics;
    const down = labels.direction === 'down';
    const count = (metric: Parameters<MetricSet['count']>[0], amount: number): void =>
      metrics.count(metric, labels, amount, where);
    count(down ? 'packets_received' : 'packets_sent', series.packets);
    count(down ? 'bytes_received' : 'bytes_sent', series.bytes);
    // What we sent includes what the server missed; what we received does not include what we missed.
    const total = down ? series.packets + series.lost : series.packets;
    metrics.rate(down ? 'packet_loss' : 'uplink_loss', labels, series.lost, total);
    metrics.rate(down ? 'packet_loss_before_recovery' : 'uplink_loss_before_recovery', labels, series.lostBeforeRecovery, total);
    metrics.trend(down ? 'jitter' : 'uplink_jitter', labels).addBins(series.jitter);
    metrics.trend('rtt', labels).addBins(series.rtt);
    count('nacks_sent', series.nacksSent);
    count('nacks_received', series.nacksReceived);
    count('plis_sent', series.plisSent);
    count('plis_received', series.plisReceived);
    count('rtx_packets', series.rtxPackets);
    count('keyframes', series.keyframes);
    if (!down) return;
    metrics.trend('media_latency', labels).addBins(series.latency);
    count('packets_recovered', series.recovered);
    count('duplicates', series.duplicates);
    count('out_of_order', series.outOfOrder);
    count('gaps', series.gaps);
    count('gap_time', series.gapMs);
    count('layer_switches', series.layerSwitches);
  }

  #addData(series: SeriesSample, where: CountedIn): void {
    const { labels } = series;
    this.#dataBytes[labels.direction] += series.bytes;
    if (labels.direction === 'up') {
      this.#metrics.count('data_messages_sent', labels, series.packets, where);
      return;
    }
    this.#metrics.count('data_messages_received', labels, series.packets, where);
    this.#metrics.rate('data_loss', labels, series.lost, series.packets + series.lost);
    this.#metrics.trend('data_latency', labels).addBins(series.latency);
  }

  #addTracks(line: SampleLine): void {
    const here = new Map<string, number>();
    for (const { labels, tracks } of line.series) {
      const key = `${labels.direction} ${labels.kind}`;
      here.set(key, (here.get(key) ?? 0) + tracks);
    }
    for (const [key, tracks] of here) {
      const entry = this.#tracks.get(key) ?? { latest: new Map<number, number>(), most: 0 };
      entry.latest.set(line.shard, tracks);
      entry.most = Math.max(
        entry.most,
        [...entry.latest.values()].reduce((a, b) => a + b),
      );
      this.#tracks.set(key, entry);
    }
  }

  /** The sample with the most tracks so far, and of equals the last: people leave before the record ends. */
  #addLayers(line: SampleLine): void {
    for (const direction of ['up', 'down'] as const) {
      const layers: Record<string, number> = {};
      for (const series of line.series) if (series.labels.direction === direction) addUp(layers, series.layers);
      if (size(layers) > 0 && size(layers) >= size(this.#layers[direction].get(line.shard) ?? {})) {
        this.#layers[direction].set(line.shard, layers);
      }
    }
  }
}

const addUp = (total: Record<string, number>, more: Record<string, number>): void => {
  for (const [height, tracks] of Object.entries(more)) total[height] = (total[height] ?? 0) + tracks;
};

const size = (layers: Record<string, number>): number => Object.values(layers).reduce((a, b) => a + b, 0);
