import type { Aggregation, MetricName } from '@livekit-swarm/metrics';
import type { ExitCode } from '@livekit-swarm/settings';
import type {
  ComparisonNote,
  ComparisonReason,
  Exclusion,
  NotComparable,
} from './comparison-facts.ts';

/**
 * Design of a comparison, most reliable first.
 *
 * - rounds: base and current alternate on one host and are compared round by round
 * - repeats: each side has several runs
 * - single: there are too few runs to know how much runs differ; parts of them are compared, and
 *   only large changes are reported
 */
export type Design = 'rounds' | 'repeats' | 'single';

export type FigureVerdict = 'better' | 'worse' | 'no_difference' | 'not_comparable';

export type ComparisonVerdict = 'regression' | 'improvement' | 'no_difference' | 'inconclusive';

/**
 * Largest difference at which two figures count as equal: a share of the figure, or an amount below
 * which users do not notice a change (jitter of 0.03 ms and of 0.05 ms sound the same), whichever
 * is wider.
 */
export interface Margin {
  /** Largest ratio of two equal figures, less one: 0.1 accepts 100 → 110 and 110 → 100. */
  relative: number;
  /** Largest difference of two equal figures, in the unit of the metric; above zero. */
  absolute: number;
}

/** Difference of two scenarios at one path. */
export interface ScenarioDifference {
  /** Path of the setting, as in a scenario file: `groups.calls.rooms`. */
  path: string;
  base: string;
  current: string;
}

/**
 * One figure of both sides. Values are in the unit of the metric: ms, shares from 0 to 1, sums per
 * second.
 */
export interface FigureComparison {
  /** Unique key: `media_latency{kind:audio}.p95`. */
  key: string;
  metric: MetricName;
  target: string;
  aggregation: Aggregation;
  better: 'lower' | 'higher';
  hasThreshold: boolean;
  base: SideFigure | null;
  current: SideFigure | null;
  /**
   * Change of the medians, or in rounds the change of the typical round; `relative` is null where
   * the base is zero. Null: not comparable.
   */
  change: { absolute: number; relative: number | null } | null;
  /**
   * Interval that contains the change of this figure with a probability of `confidence`. Null: not
   * comparable.
   */
  interval: {
    from: number;
    to: number;
    relativeFrom: number | null;
    relativeTo: number | null;
    confidence: number;
  } | null;
  /** Largest change that counts as none. */
  margin: Margin;
  /**
   * Probability that any figure differs as much in the direction of this one, if all are equal
   * within their margins.
   */
  chance: number | null;
  verdict: FigureVerdict;
  /** Reason why the figure is not comparable; null: it is. */
  reason: NotComparable | null;
}

export interface SideFigure {
  median: number;
  /** Smallest and largest value of the runs; of a single run, of its parts. */
  min: number;
  max: number;
  /** Values of the runs that were compared, in their order. */
  values: number[];
}

/** Facts of one side, as reports show them. */
export interface SideFacts {
  name: string;
  /** Runs of the side, with the names of their records. */
  runs: RunFacts[];
  serverVersions: string[];
}

export interface RunFacts {
  name: string;
  run: string;
  startedAt: string;
  verdict: 'passed' | 'failed' | 'inconclusive';
  /** Reason why the run was not compared; null: it was. */
  excludedReason: Exclusion | null;
}

export interface Comparison {
  verdict: ComparisonVerdict;
  exitCode: ExitCode;
  design: Design;
  scenario: string;
  base: SideFacts;
  current: SideFacts;
  /** Reasons of the verdict besides the figures, most important first. */
  reasons: ComparisonReason[];
  /** Notes that a reader needs to use the figures. */
  notes: ComparisonNote[];
  /** Differences of the scenarios that do not change the load. */
  ignoredDifferences: ScenarioDifference[];
  figures: FigureComparison[];
}
