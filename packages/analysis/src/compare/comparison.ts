import type { Aggregation, MetricName } from '@livekit-swarm/metrics';
import type { ExitCode } from '@livekit-swarm/settings';
import type {
  ComparisonNote,
  ComparisonReason,
  Exclusion,
  NotComparable,
} from './comparison-facts.ts';

/**
 * How far the comparison can be trusted.
 *
 * - rounds: base and current alternate on one host and are compared round by round
 * - repeats: several runs of each
 * - single: too few runs to know how much runs differ; parts of them are compared, and only large changes are reported
 */
export type Design = 'rounds' | 'repeats' | 'single';

export type FigureVerdict = 'better' | 'worse' | 'no_difference' | 'not_comparable';

export type ComparisonVerdict = 'regression' | 'improvement' | 'no_difference' | 'inconclusive';

/**
 * How far two figures may be apart and still count as equal. Both hold at once, the wider decides: a share of the figure, and an amount below which users
 * do not notice a change (jitter of 0.03 ms and of 0.05 ms sound the same).
 */
export interface Margin {
  /** 0.1: one tenth up, or back down again: 100 → 110, 110 → 100. */
  relative: number;
  /** In the unit of the metric; above zero. */
  absolute: number;
}

/** Where two scenarios differ. */
export interface ScenarioDifference {
  /** As it would be written in the file: `groups.calls.rooms`. */
  path: string;
  base: string;
  current: string;
}

/** One figure of both sides. Values in the metric's unit: ms, shares from 0 to 1, a sum per second. */
export interface FigureComparison {
  /** `media_latency{kind:audio}.p95`. */
  key: string;
  metric: MetricName;
  target: string;
  aggregation: Aggregation;
  better: 'lower' | 'higher';
  hasThreshold: boolean;
  base: SideFigure | null;
  current: SideFigure | null;
  /** Of the medians; `relative` null where the base is zero. In rounds: the typical change of a round. Null when not comparable. */
  change: { absolute: number; relative: number | null } | null;
  /** Of the change, for this figure individually: with `confidence` it lies between the two. Null when not comparable. */
  interval: {
    from: number;
    to: number;
    relativeFrom: number | null;
    relativeTo: number | null;
    confidence: number;
  } | null;
  /** What counts as equal. */
  margin: Margin;
  /** The probability that any figure differs as much (in the direction of this one) when all are equal within their margins. */
  chance: number | null;
  verdict: FigureVerdict;
  /** Why not comparable; null where it is. */
  reason: NotComparable | null;
}

export interface SideFigure {
  median: number;
  /** Of the runs; of a single run its parts. */
  min: number;
  max: number;
  /** One for each run that was compared, in their order. */
  values: number[];
}

/** One side, as reports show it. */
export interface SideFacts {
  name: string;
  /** Where the records are. */
  runs: RunFacts[];
  serverVersions: string[];
}

export interface RunFacts {
  name: string;
  run: string;
  startedAt: string;
  verdict: 'passed' | 'failed' | 'inconclusive';
  /** Why it was not compared; null for one that was. */
  excludedReason: Exclusion | null;
}

export interface Comparison {
  verdict: ComparisonVerdict;
  exitCode: ExitCode;
  design: Design;
  scenario: string;
  base: SideFacts;
  current: SideFacts;
  /** Why the verdict is what it is besides the figures, most important first. */
  reasons: ComparisonReason[];
  /** What a reader must know to use the figures. */
  notes: ComparisonNote[];
  /** Differences of the scenarios that do not change the load. */
  ignoredDifferences: ScenarioDifference[];
  figures: FigureComparison[];
}
