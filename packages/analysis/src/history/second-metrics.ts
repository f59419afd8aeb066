import type { SketchBins } from '@livekit-swarm/metrics';
import {
  aggregate,
  isSelected,
  type Label,
  type Labels,
  type MetricName,
  metricDefinition,
  Sketch,
} from '@livekit-swarm/metrics';
import type { MetricSink } from '../summary/measure.ts';
import type { SeriesCell, SeriesQuery } from './time-series.ts';

/** Least part of a second, s, that samples must cover for a rate. */
const MIN_COVERED_S = 0.3;

/** Values of one query in one second. */
interface Collected {
  query: SeriesQuery;
  selector: [Label, string][];
  hits: number;
  total: number;
  sketch: Sketch | null;
}

/** Metrics of one second of a run, restricted to those that are queried. */
export class SecondMetrics implements MetricSink {
  readonly #collected = new Map<MetricName, Collected[]>();
  /** Share of the current sample that lies in this second. */
  #share = 1;
  /** Time that the samples of each shard cover in this second, s. */
  readonly #covered = new Map<number, number>();
  /** Levels of each shard at the end of this second; see `levelsOf`. */
  readonly levels = new Map<number, Record<string, number>>();
  /** Levels of each node at the end of this second; see `ServerNodes`. */
  readonly serverLevels = new Map<number, Record<string, number>>();
  /** Shards of workers that died in this second. */
  readonly died = new Set<number>();
  /** Number of events of each kind. */
  readonly events = new Map<string, number>();

  readonly #complete: (labels: Labels) => Labels;

  /** @param complete adds labels that follow from other labels */
  constructor(queries: readonly SeriesQuery[], complete: (labels: Labels) => Labels) {
    this.#complete = complete;
    for (const query of queries) {
      const selector = Object.entries(query.selector) as [Label, string][];
      const same = this.#collected.get(query.metric) ?? [];
      same.push({ query, selector, hits: 0, total: 0, sketch: null });
      this.#collected.set(query.metric, same);
    }
  }

  /** Begins a sample of a shard: until the next call, values count with this share. */
  beginSample(shard: number, seconds: number, share: number): void {
    this.#share = share;
    this.#covered.set(shard, (this.#covered.get(shard) ?? 0) + seconds);
  }

  /** Begins an event: until the next call, values count in full. */
  beginEvent(): void {
    this.#share = 1;
  }

  countEvent(name: string): void {
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
  }

  rate(metric: MetricName, labels: Labels, hits: number, total: number): void {
    for (const one of this.#matching(metric, labels)) {
      one.hits += hits * this.#share;
      one.total += total * this.#share;
    }
  }

  count(metric: MetricName, labels: Labels, amount: number): void {
    for (const one of this.#matching(metric, labels)) one.hits += amount * this.#share;
  }

  trend(
    metric: MetricName,
    labels: Labels = {},
  ): { add(value: number): void; addBins(bins: SketchBins): void } {
    const sketches = this.#matching(metric, labels).map((one) => {
      one.sketch ??= new Sketch();
      return one.sketch;
    });
    return {
      add: (value) => {
        for (const sketch of sketches) sketch.add(value, this.#share);
      },
      addBins: (bins) => {
        if (sketches.length === 0) return;
        const part = this.#share === 1 ? bins : scaled(bins, this.#share);
        for (const sketch of sketches) sketch.addBins(part);
      },
    };
  }

  /**
   * Contributions of this second to each queried series.
   * @param late true if the second was complete before: its time has been counted then, and amounts
   * add to the known ones
   */
  *cells(late: boolean): Generator<[SeriesQuery, SeriesCell]> {
    const covered = late ? 0 : Math.min(1, Math.max(0, ...this.#covered.values()));
    for (const same of this.#collected.values())
      for (const one of same) {
        const cell = cellOf(one, covered);
        if (cell !== null) yield [one.query, cell];
      }
  }

  #matching(metric: MetricName, given: Labels): Collected[] {
    const collected = this.#collected.get(metric);
    if (collected === undefined) return NONE;
    const labels = this.#complete(given);
    return collected.filter(
      ({ query, selector }) =>
        isSelected(metric, query.selector, labels) &&
        selector.every(([label, value]) => labels[label] === value),
    );
  }
}

const NONE: Collected[] = [];

const cellOf = ({ query, hits, total, sketch }: Collected, covered: number): SeriesCell | null => {
  const { metric, aggregation } = query;
  switch (metricDefinition(metric).type) {
    case 'trend': {
      if (sketch === null || sketch.count === 0) return null;
      if (aggregation.type === 'count') return perSecond(sketch.count, covered);
      const figure = aggregate({ type: 'trend', sketch, uncertaintyMs: 0 }, aggregation) ?? null;
      return figure === null ? null : { part: figure * sketch.count, whole: sketch.count, figure };
    }
    case 'rate':
      if (aggregation.type === 'count') return perSecond(hits, covered);
      // Loss may be negative if a packet arrives after it was counted as lost. The amount counts in
      // longer steps; the share of a single second is never below zero.
      return total > 0 ? { part: hits, whole: total, figure: Math.max(0, hits / total) } : null;
    case 'counter':
      return perSecond(hits, covered);
    case 'gauge':
      return null;
  }
};

const perSecond = (amount: number, covered: number): SeriesCell => ({
  part: amount,
  whole: covered,
  figure: covered >= MIN_COVERED_S ? amount / covered : null,
});

const scaled = ({ bins, zeros }: SketchBins, share: number): SketchBins => ({
  bins: bins.map((value, index) => (index % 2 === 0 ? value : value * share)),
  zeros: zeros * share,
});
