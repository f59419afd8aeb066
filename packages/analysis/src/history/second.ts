import type { SketchBins } from '@livekit-swarm/metrics';
import {
  aggregate,
  type Label,
  type Labels,
  type MetricName,
  metricDefinition,
  Sketch,
} from '@livekit-swarm/metrics';
import type { MetricSink } from '../summary/measure-series.ts';
import type { Cell } from './column.ts';
import type { Watch } from './watch.ts';

/** Covered by less than this (seconds), an amount says nothing about a second. */
const ENOUGH = 0.3;

/** What one watch gathers in one second. */
interface Gathered {
  watch: Watch;
  selector: [Label, string][];
  hits: number;
  total: number;
  sketch: Sketch | null;
}

/** What is measured in one second of a run, of what is watched. Metrics that nobody watches cost next to nothing. */
export class Second implements MetricSink {
  readonly #gathered = new Map<MetricName, Gathered[]>();
  /** Share of the sample at hand that lies in this second. */
  #share = 1;
  /** How much of it the samples of each shard cover, seconds. */
  readonly #covered = new Map<number, number>();
  /** By shard, at the end of this second; see `levelsOf`. */
  readonly levels = new Map<number, Record<string, number>>();
  /** Workers that died in it. */
  readonly gone = new Set<number>();
  /** How often what happened. */
  readonly happenings = new Map<string, number>();

  constructor(watches: readonly Watch[]) {
    for (const watch of watches) {
      const selector = Object.entries(watch.selector) as [Label, string][];
      const same = this.#gathered.get(watch.metric) ?? [];
      same.push({ watch, selector, hits: 0, total: 0, sketch: null });
      this.#gathered.set(watch.metric, same);
    }
  }

  /** Says whose sample comes next, and how much of it is to be counted here. */
  cover(shard: number, seconds: number, share: number): void {
    this.#share = share;
    this.#covered.set(shard, (this.#covered.get(shard) ?? 0) + seconds);
  }

  /** Says that an event comes next: all of it is counted here. */
  moment(): void {
    this.#share = 1;
  }

  happened(name: string): void {
    this.happenings.set(name, (this.happenings.get(name) ?? 0) + 1);
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
   * What this second adds to each watched figure.
   * @param late whether it was closed before: then its time has been counted, and amounts are parts of those that are known
   */
  *cells(late: boolean): Generator<[Watch, Cell]> {
    const covered = late ? 0 : Math.min(1, Math.max(0, ...this.#covered.values()));
    for (const same of this.#gathered.values())
      for (const one of same) {
        const cell = cellOf(one, covered);
        if (cell !== null) yield [one.watch, cell];
      }
  }

  #matching(metric: MetricName, labels: Labels): Gathered[] {
    const watched = this.#gathered.get(metric);
    if (watched === undefined) return NONE;
    return watched.filter(({ selector }) =>
      selector.every(([label, value]) => labels[label] === value),
    );
  }
}

const NONE: Gathered[] = [];

const cellOf = ({ watch, hits, total, sketch }: Gathered, covered: number): Cell | null => {
  const { metric, aggregation } = watch;
  switch (metricDefinition(metric).type) {
    case 'trend': {
      if (sketch === null || sketch.count === 0) return null;
      if (aggregation.type === 'count') return perSecond(sketch.count, covered);
      const figure = aggregate({ type: 'trend', sketch }, aggregation) ?? null;
      return figure === null ? null : { part: figure * sketch.count, whole: sketch.count, figure };
    }
    case 'rate':
      if (aggregation.type === 'count') return perSecond(hits, covered);
      // Counters of loss may run backwards when a packet turns up late after all: that belongs to the whole, a second's own share is not below zero.
      return total > 0 ? { part: hits, whole: total, figure: Math.max(0, hits / total) } : null;
    case 'counter':
      return perSecond(hits, covered);
    case 'gauge':
      return null;
  }
};

const perSecond = (amount: number, covered: number): Cell => ({
  part: amount,
  whole: covered,
  figure: covered >= ENOUGH ? amount / covered : null,
});

const scaled = ({ bins, zeros }: SketchBins, share: number): SketchBins => ({
  bins: bins.map((value, index) => (index % 2 === 0 ? value : value * share)),
  zeros: zeros * share,
});
