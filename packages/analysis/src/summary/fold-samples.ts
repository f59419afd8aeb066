import { type MetricSet, shareLabels, WITNESS_GROUP } from '@livekit-swarm/metrics';
import type { SampleLine, SeriesLabels, SeriesSample } from '@livekit-swarm/record';
import {
  measureDataStreams,
  measureDataTracks,
  measureRpc,
  measureSeries,
  measureSpeakers,
  measureStreamDrops,
} from './measure.ts';
import type { Timeline } from './timeline.ts';

/** Tracks of a shard by height, and their number. */
interface ShardLayers {
  layers: Record<string, number>;
  tracks: number;
}

/**
 * Folds the media of samples into metrics, and keeps what is a level and not a sum: tracks and
 * layers.
 */
export class SampleFold {
  readonly #timeline: Timeline;
  /**
   * Tracks by direction and kind (`down audio`): number in the last sample of each shard, their sum,
   * and the largest sum so far.
   */
  readonly #tracks = new Map<string, { latest: Map<number, number>; sum: number; most: number }>();
  readonly #layers = {
    up: new Map<number, ShardLayers>(),
    down: new Map<number, ShardLayers>(),
  };

  readonly #dataBytes = { up: 0, down: 0 };
  /** Labels of series: one object for all equal ones. */
  readonly #labels = new Map<string, SeriesLabels>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /**
   * Adds a sample.
   * @param steady true if the sample belongs to the steady state
   * @param uncertainty returns the possible error of a series' latency, ms
   */
  add(line: SampleLine, steady: boolean, uncertainty: (series: SeriesSample) => number): void {
    const { at, intervalMs } = line;
    const measured = line.series.map((one) => ({
      series: { ...one, labels: this.#shared(one.labels) },
      uncertaintyMs: uncertainty(one),
    }));
    const addSeries = (metrics: MetricSet, isSteady: boolean): void => {
      const where = { shard: line.shard, steady: isSteady };
      if (isSteady) metrics.steadyTime(line.shard, intervalMs);
      for (const { series, uncertaintyMs } of measured)
        measureSeries(metrics, series, where, uncertaintyMs);
      for (const one of line.speakers ?? []) measureSpeakers(metrics, one);
      for (const one of line.dataStreams ?? []) measureDataStreams(metrics, one);
      for (const one of line.dataTracks ?? []) measureDataTracks(metrics, one);
      for (const one of line.rpc ?? []) measureRpc(metrics, one, where);
      for (const one of line.streamDrops ?? []) measureStreamDrops(metrics, one, where);
    };
    addSeries(this.#timeline.whole, steady);
    const clean = this.#timeline.clean.during(at - intervalMs, at);
    if (clean !== null) addSeries(clean, steady);
    // A sample belongs to the windows that contain its middle. Within a window every sample counts
    // as steady: a rate is per second of the window.
    for (const window of this.#timeline.around(at - intervalMs / 2)) {
      addSeries(window.metrics, true);
      const cleanOfWindow = window.clean.during(at - intervalMs, at);
      if (cleanOfWindow !== null) addSeries(cleanOfWindow, true);
    }
    for (const { labels, bytes } of line.series)
      if (labels.kind === 'data') this.#dataBytes[labels.direction] += bytes;
    this.#addTracks(line);
    this.#addLayers(line);
  }

  mostTracks(direction: 'up' | 'down', kind: string): number {
    return this.#tracks.get(`${direction} ${kind}`)?.most ?? 0;
  }

  dataBytes(direction: 'up' | 'down'): number {
    return this.#dataBytes[direction];
  }

  /** Number of tracks by height, summed over the last known layers of every shard. */
  layers(direction: 'up' | 'down'): Record<string, number> {
    const total: Record<string, number> = {};
    for (const { layers } of this.#layers[direction].values()) addUp(total, layers);
    return Object.fromEntries(Object.entries(total).sort(([a], [b]) => Number(a) - Number(b)));
  }

  #shared(labels: SeriesLabels): SeriesLabels {
    const { direction, kind, group, role, codec } = labels;
    const key = `${direction}\n${kind}\n${group}\n${role}\n${codec}`;
    const known = this.#labels.get(key) ?? shareLabels(labels);
    this.#labels.set(key, known);
    return known;
  }

  #addTracks(line: SampleLine): void {
    const here = new Map<string, number>();
    for (const { labels, tracks } of line.series) {
      if (labels.group === WITNESS_GROUP) continue;
      const key = `${labels.direction} ${labels.kind}`;
      here.set(key, (here.get(key) ?? 0) + tracks);
    }
    for (const [key, tracks] of here) {
      const entry = this.#tracks.get(key) ?? { latest: new Map<number, number>(), sum: 0, most: 0 };
      entry.sum += tracks - (entry.latest.get(line.shard) ?? 0);
      entry.latest.set(line.shard, tracks);
      entry.most = Math.max(entry.most, entry.sum);
      this.#tracks.set(key, entry);
    }
  }

  /**
   * Keeps the sample of each shard with the most tracks, and the last of equal ones: participants
   * leave before the record ends.
   */
  #addLayers(line: SampleLine): void {
    for (const direction of ['up', 'down'] as const) {
      const layers: Record<string, number> = {};
      for (const series of line.series)
        if (series.labels.direction === direction && series.labels.group !== WITNESS_GROUP)
          addUp(layers, series.layers);
      const tracks = Object.values(layers).reduce((a, b) => a + b, 0);
      if (tracks > 0 && tracks >= (this.#layers[direction].get(line.shard)?.tracks ?? 0))
        this.#layers[direction].set(line.shard, { layers, tracks });
    }
  }
}

const addUp = (total: Record<string, number>, more: Record<string, number>): void => {
  for (const [height, tracks] of Object.entries(more))
    total[height] = (total[height] ?? 0) + tracks;
};
