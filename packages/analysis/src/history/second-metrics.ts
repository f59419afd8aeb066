import {
  type Aggregation,
  aggregate,
  isSelected,
  type Labels,
  type MetricName,
  metricDefinition,
  Sketch,
  type SketchBins,
} from '@livekit-swarm/metrics';
import type { MetricSink } from '../summary/measure.ts';
import type { ConnectionChange } from './connection-changes.ts';
import type { QueryGroup } from './query-groups.ts';
import type { Downsampling, SeriesCell } from './time-series.ts';

/** Least part of a second, s, that samples must cover for a rate. */
const MIN_COVERED_S = 0.3;

/** Values of one group of queries in one second. */
interface Collected {
  group: QueryGroup;
  hits: number;
  total: number;
  sketch: Sketch | null;
}

/** Contribution of a second to a series. */
interface NamedCell {
  name: string;
  downsampling: Downsampling;
  cell: SeriesCell;
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
  readonly #events = new Map<string, number>();
  /** Change of the number of participants in each state that is counted. */
  readonly #changes = new Map<string, number>();
  /** Cells of what was added so far; null: something was added since they were computed. */
  #cells: NamedCell[] | null = null;

  readonly #complete: (labels: Labels) => Labels;

  /** @param complete adds labels that follow from other labels */
  constructor(groups: readonly QueryGroup[], complete: (labels: Labels) => Labels) {
    this.#complete = complete;
    for (const group of groups) {
      const same = this.#collected.get(group.metric) ?? [];
      same.push({ group, hits: 0, total: 0, sketch: null });
      this.#collected.set(group.metric, same);
    }
  }

  /** Begins a sample of a shard: until the next call, values count with this share. */
  beginSample(shard: number, seconds: number, share: number): void {
    this.#share = share;
    this.#cells = null;
    this.#covered.set(shard, (this.#covered.get(shard) ?? 0) + seconds);
  }

  /** Begins an event: until the next call, values count in full. */
  beginEvent(): void {
    this.#share = 1;
    this.#cells = null;
  }

  countEvent(name: string): void {
    this.#events.set(name, (this.#events.get(name) ?? 0) + 1);
  }

  countChange({ state, change }: ConnectionChange): void {
    this.#changes.set(state, (this.#changes.get(state) ?? 0) + change);
    this.#cells = null;
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
   * Contributions of this second to the queried series, to the numbers of events, and to the
   * numbers of participants by state.
   * @param late true if the second was complete before: its time has been counted then, and amounts
   * add to the known ones
   */
  cells(late: boolean): readonly NamedCell[] {
    if (late) return this.#compute(0);
    this.#cells ??= this.#compute(Math.min(1, Math.max(0, ...this.#covered.values())));
    return this.#cells;
  }

  #compute(covered: number): NamedCell[] {
    const cells: NamedCell[] = [];
    for (const same of this.#collected.values())
      for (const one of same)
        for (const { name, downsampling, aggregation } of one.group.series) {
          const cell = cellOf(one, aggregation, covered);
          if (cell !== null) cells.push({ name, downsampling, cell });
        }
    for (const [name, times] of this.#events)
      cells.push({ name, downsampling: 'sum', cell: { part: times, whole: 1, figure: times } });
    for (const [state, change] of this.#changes)
      cells.push({
        name: `participants ${state}`,
        downsampling: 'total',
        cell: { part: change, whole: 1, figure: null },
      });
    return cells;
  }

  #matching(metric: MetricName, given: Labels): Collected[] {
    const collected = this.#collected.get(metric);
    if (collected === undefined) return NONE;
    const labels = this.#complete(given);
    return collected.filter(
      ({ group }) =>
        group.labels.every(([label, value]) => labels[label] === value) &&
        isSelected(metric, group.selector, labels),
    );
  }
}

const NONE: Collected[] = [];

const cellOf = (
  { group, hits, total, sketch }: Collected,
  aggregation: Aggregation,
  covered: number,
): SeriesCell | null => {
  switch (metricDefinition(group.metric).type) {
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
