import {
  AGGREGATIONS,
  type Aggregation,
  aggregate,
  aggregationKey,
  type MetricValue,
} from './aggregation.ts';
import {
  type Label,
  type Labels,
  type MetricName,
  metricDefinition,
  metricNames,
} from './metrics.ts';
import { Sketch } from './sketch.ts';
import { WITNESS_GROUP } from './witness.ts';

/** Reads metrics; a metric that was never measured is undefined. */
export interface MetricReader {
  /**
   * Merges a metric over the labels that match a selector.
   * @param uncertainBy leaves out values with a larger uncertainty, ms; absent: no limit
   */
  measure(metric: MetricName, selector?: Labels, uncertainBy?: number): MetricValue | undefined;
  /** Label sets under which a metric was measured, each once. */
  labelSets(metric: MetricName): Labels[];
}

interface Cell {
  labels: Labels;
  uncertaintyMs: number;
  sketch: Sketch | null;
  hits: number;
  total: number;
  /**
   * Amount of a counter in the steady part of the run, by shard; null if the counter has no times.
   */
  steady: Map<number, number> | null;
  /** Levels of a gauge in the steady part of the run, and in the whole run. */
  levels: { steady: Level; all: Level } | null;
  /** Quotient of two sums, for gauges that are ratios. */
  ratio: { steady: Ratio; all: Ratio } | null;
}

interface Level {
  count: number;
  sum: number;
  min: number;
  max: number;
}

interface Ratio {
  part: number;
  whole: number;
}

/** Time and place of a count. */
export interface CountedIn {
  shard: number;
  steady: boolean;
}

const SHARED = new WeakSet<Labels>();

/**
 * Marks labels that many measurements have as one object, which must not change: every set of
 * metrics finds their cells by the object, which is faster than by their text.
 */
export const shareLabels = <Of extends Labels>(labels: Of): Of => {
  SHARED.add(labels);
  return labels;
};

/** Collects metrics by their labels, so that any selector can be answered afterwards. */
export class MetricSet implements MetricReader {
  readonly #cells = new Map<MetricName, Map<string, Cell>>();
  /** Cells of exact values by shared labels (`shareLabels`): no text is made to find them. */
  readonly #shared = new WeakMap<Labels, Map<MetricName, Cell>>();
  /** Sampled time in the steady part of the run by shard, ms. */
  readonly #steadyMs = new Map<number, number>();
  readonly #complete: (labels: Labels) => Labels;

  /**
   * Creates an empty set.
   * @param complete adds labels that follow from others
   */
  constructor(complete: (labels: Labels) => Labels = asGiven) {
    this.#complete = complete;
  }

  /**
   * Distribution to which values of a trend are added.
   * @param uncertaintyMs largest error of the values, ms; rounded up, so that there are few
   * distributions
   */
  trend(metric: MetricName, labels: Labels = {}, uncertaintyMs = 0): Sketch {
    const cell = this.#cell(metric, labels, roundUp(uncertaintyMs));
    cell.sketch ??= new Sketch();
    return cell.sketch;
  }

  rate(metric: MetricName, labels: Labels, hits: number, total: number): void {
    const cell = this.#cell(metric, labels);
    cell.hits += hits;
    cell.total += total;
  }

  count(metric: MetricName, labels: Labels, amount: number, where?: CountedIn): void {
    const cell = this.#cell(metric, labels);
    cell.hits += amount;
    if (where === undefined) return;
    cell.steady ??= new Map();
    if (where.steady) cell.steady.set(where.shard, (cell.steady.get(where.shard) ?? 0) + amount);
  }

  /**
   * Adds a level at one moment. If the steady part of the run has levels, only those count. Levels
   * under different labels are never merged: the level of all nodes is added without a label.
   */
  gauge(metric: MetricName, level: number, steady = false, labels: Labels = {}): void {
    if (!Number.isFinite(level)) return;
    const cell = this.#cell(metric, labels);
    cell.levels ??= { steady: noLevel(), all: noLevel() };
    addLevel(cell.levels.all, level);
    if (steady) addLevel(cell.levels.steady, level);
  }

  /** Adds to both sums of a quotient. If the steady part of the run has any, only that counts. */
  ratio(metric: MetricName, part: number, whole: number, steady = false): void {
    const cell = this.#cell(metric, {});
    cell.ratio ??= { steady: { part: 0, whole: 0 }, all: { part: 0, whole: 0 } };
    addRatio(cell.ratio.all, part, whole);
    if (steady) addRatio(cell.ratio.steady, part, whole);
  }

  /** Adds time of a shard to the steady part of the run. */
  steadyTime(shard: number, ms: number): void {
    this.#steadyMs.set(shard, (this.#steadyMs.get(shard) ?? 0) + ms);
  }

  /** Adds everything that another set has collected. */
  merge(other: MetricSet): void {
    for (const [metric, cells] of other.#cells)
      for (const cell of cells.values())
        addCell(this.#cell(metric, cell.labels, cell.uncertaintyMs), cell);
    for (const [shard, ms] of other.#steadyMs) this.steadyTime(shard, ms);
  }

  measure(
    metric: MetricName,
    selector: Labels = {},
    uncertainBy = Number.POSITIVE_INFINITY,
  ): MetricValue | undefined {
    const wanted = Object.entries(selector) as [Label, string][];
    const cells = [...(this.#cells.get(metric)?.values() ?? [])].filter(
      (cell) =>
        cell.uncertaintyMs <= uncertainBy &&
        isSelected(metric, selector, cell.labels) &&
        wanted.every(([label, value]) => cell.labels[label] === value),
    );
    if (cells.length === 0) return undefined;
    switch (metricDefinition(metric).type) {
      case 'trend':
        return {
          type: 'trend',
          sketch: mergeSketches(cells),
          uncertaintyMs: Math.max(...cells.map(({ uncertaintyMs }) => uncertaintyMs)),
        };
      case 'rate':
        // Loss counters decrease when a packet arrives late after all; a negative share would be
        // meaningless.
        return { type: 'rate', hits: Math.max(0, sum(cells, 'hits')), total: sum(cells, 'total') };
      case 'counter':
        return { type: 'counter', count: sum(cells, 'hits'), perSecond: this.#perSecond(cells) };
      case 'gauge':
        return gaugeOf(cells.find(({ labels }) => Object.keys(labels).length === wanted.length));
    }
  }

  labelSets(metric: MetricName): Labels[] {
    const cells = [...(this.#cells.get(metric)?.values() ?? [])];
    return [...new Map(cells.map(({ labels }) => [JSON.stringify(labels), labels])).values()];
  }

  /** Amount per second. Shards sample at different moments, so each is divided by its own time. */
  #perSecond(cells: Cell[]): number | undefined {
    if (this.#steadyMs.size === 0 || cells.every(({ steady }) => steady === null)) return undefined;
    let perSecond = 0;
    for (const { steady } of cells) {
      for (const [shard, amount] of steady ?? [])
        perSecond += (amount * 1_000) / (this.#steadyMs.get(shard) ?? Number.POSITIVE_INFINITY);
    }
    return perSecond;
  }

  #cell(metric: MetricName, labels: Labels, uncertaintyMs = 0): Cell {
    if (uncertaintyMs !== 0 || !SHARED.has(labels))
      return this.#find(metric, labels, uncertaintyMs);
    let known = this.#shared.get(labels);
    if (known === undefined) {
      known = new Map();
      this.#shared.set(labels, known);
    }
    let cell = known.get(metric);
    if (cell === undefined) {
      cell = this.#find(metric, labels, uncertaintyMs);
      known.set(metric, cell);
    }
    return cell;
  }

  #find(metric: MetricName, given: Labels, uncertaintyMs: number): Cell {
    const labels = this.#complete(given);
    let ofMetric = this.#cells.get(metric);
    if (ofMetric === undefined) {
      ofMetric = new Map();
      this.#cells.set(metric, ofMetric);
    }
    const names = metricDefinition(metric).labels;
    // Every event comes here several times, so no arrays are made.
    let key = String(uncertaintyMs);
    for (const label of names) if (labels[label] !== undefined) key += `,${label}:${labels[label]}`;
    let cell = ofMetric.get(key);
    if (cell === undefined) {
      const known = names.filter((label) => labels[label] !== undefined);
      cell = emptyCell(
        Object.fromEntries(known.map((label) => [label, labels[label]])),
        uncertaintyMs,
      );
      ofMetric.set(key, cell);
    }
    return cell;
  }
}

/**
 * Returns true if a selector selects labels. Without a group, it leaves out witnesses (see
 * `WITNESS_GROUP`).
 */
export const isSelected = (metric: MetricName, selector: Labels, labels: Labels): boolean =>
  labels.group !== WITNESS_GROUP ||
  selector.group !== undefined ||
  metricDefinition(metric).clients === true;

const asGiven = (labels: Labels): Labels => labels;

/** Rounds up to one of a few steps, each a quarter larger than the one before. */
const roundUp = (uncertaintyMs: number): number =>
  uncertaintyMs <= 0
    ? 0
    : Number((1.25 ** Math.ceil(Math.log(uncertaintyMs) / Math.log(1.25) - 1e-9)).toPrecision(3));

const emptyCell = (labels: Labels, uncertaintyMs: number): Cell => ({
  labels,
  uncertaintyMs,
  sketch: null,
  hits: 0,
  total: 0,
  steady: null,
  levels: null,
  ratio: null,
});

const addCell = (cell: Cell, { sketch, hits, total, steady, levels, ratio }: Cell): void => {
  if (sketch !== null) {
    cell.sketch ??= new Sketch();
    cell.sketch.merge(sketch);
  }
  cell.hits += hits;
  cell.total += total;
  if (steady !== null) {
    cell.steady ??= new Map();
    for (const [shard, amount] of steady)
      cell.steady.set(shard, (cell.steady.get(shard) ?? 0) + amount);
  }
  if (levels !== null) {
    cell.levels ??= { steady: noLevel(), all: noLevel() };
    mergeLevel(cell.levels.steady, levels.steady);
    mergeLevel(cell.levels.all, levels.all);
  }
  if (ratio !== null) {
    cell.ratio ??= { steady: { part: 0, whole: 0 }, all: { part: 0, whole: 0 } };
    addRatio(cell.ratio.steady, ratio.steady.part, ratio.steady.whole);
    addRatio(cell.ratio.all, ratio.all.part, ratio.all.whole);
  }
};

const sum = (cells: Cell[], field: 'hits' | 'total'): number =>
  cells.reduce((total, cell) => total + cell[field], 0);

const mergeSketches = (cells: Cell[]): Sketch => {
  const merged = new Sketch();
  for (const { sketch } of cells) if (sketch !== null) merged.merge(sketch);
  return merged;
};

const gaugeOf = (cell: Cell | undefined): MetricValue | undefined => {
  const level = cell?.levels?.steady.count ? cell.levels.steady : cell?.levels?.all;
  if (level !== undefined && level.count > 0)
    return { type: 'gauge', avg: level.sum / level.count, min: level.min, max: level.max };
  const ratio = cell?.ratio?.steady.whole ? cell.ratio.steady : cell?.ratio?.all;
  if (ratio === undefined || ratio.whole <= 0) return undefined;
  const value = ratio.part / ratio.whole;
  return { type: 'gauge', avg: value, min: value, max: value };
};

const noLevel = (): Level => ({
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
});

const addLevel = (level: Level, value: number): void => {
  level.count++;
  level.sum += value;
  level.min = Math.min(level.min, value);
  level.max = Math.max(level.max, value);
};

const mergeLevel = (level: Level, other: Level): void => {
  level.count += other.count;
  level.sum += other.sum;
  level.min = Math.min(level.min, other.min);
  level.max = Math.max(level.max, other.max);
};

const addRatio = (ratio: Ratio, part: number, whole: number): void => {
  ratio.part += part;
  ratio.whole += whole;
};

/** Percentiles that reports show for every trend. */
const PERCENTILES = [50, 90, 95, 99] as const;

/**
 * Every measured metric under a flat key: `join_time.p95`, `packet_loss.rate`, `nacks_sent.count`.
 * Unmeasured ones are absent.
 */
export const flattenMetrics = (metrics: MetricReader): Record<string, number> => {
  const flat: Record<string, number> = {};
  for (const name of metricNames()) {
    const value = metrics.measure(name);
    for (const aggregation of shown(metricDefinition(name).type)) {
      const figure = aggregate(value, aggregation);
      if (figure !== undefined && Number.isFinite(figure))
        flat[`${name}.${aggregationKey(aggregation)}`] = figure;
    }
  }
  return flat;
};

const shown = (type: keyof typeof AGGREGATIONS): Aggregation[] =>
  AGGREGATIONS[type].flatMap((name): Aggregation[] =>
    name === 'p' ? PERCENTILES.map((percentile) => ({ type: 'p', percentile })) : [{ type: name }],
  );
