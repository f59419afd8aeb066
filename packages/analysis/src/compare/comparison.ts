import type { Aggregation, MetricName } from '@livekit-swarm/metrics';
import type { ExitCode } from '@livekit-swarm/settings';
import type { Margin } from './margin.ts';
import type { ScenarioDifference } from './scenario-difference.ts';

/**
 * How far the comparison can be trusted.
 *
 * - rounds: base and current by turns on one machine, compared round by round
 * - repeats: several runs of each
 * - single: too few runs to know how much runs differ; parts of them stand in, and only large changes are called
 */
export type Design = 'rounds' | 'repeats' | 'single';

export type FigureVerdict = 'better' | 'worse' | 'same' | 'not comparable';

export type ComparisonVerdict = 'regression' | 'improvement' | 'no difference' | 'inconclusive';

/** One figure of both sides. Values in the metric's unit: ms, shares from 0 to 1, a sum per second. */
export interface FigureComparison {
  /** `media_latency{kind:audio}.p95`. */
  key: string;
  metric: MetricName;
  target: string;
  aggregation: Aggregation;
  better: 'lower' | 'higher';
  thresholded: boolean;
  base: SideFigure | null;
  current: SideFigure | null;
  /** Of the medians; `relative` null where the base is zero. In rounds: the typical change of a round. Null when not comparable. */
  change: { absolute: number; relative: number | null } | null;
  /** Of the change, for this figure by itself: with `confidence` it lies between the two. Null when not comparable. */
  interval: {
    from: number;
    to: number;
    relativeFrom: number | null;
    relativeTo: number | null;
    confidence: number;
  } | null;
  /** What counts as equal. */
  margin: Margin;
  /** The chance that any figure looks so much worse (or, for a better one, better) when all are equal but for their margins. */
  chance: number | null;
  verdict: FigureVerdict;
  /** Why not comparable. */
  why: string | null;
}

export interface SideFigure {
  median: number;
  /** Of the runs; of a single run its parts. */
  min: number;
  max: number;
  /** One for each run that was compared, in their order. */
  values: number[];
}

/** One side, for people. */
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
  /** Why it was left out; null for one that was compared. */
  leftOut: string | null;
}

export interface Comparison {
  verdict: ComparisonVerdict;
  exitCode: ExitCode;
  design: Design;
  scenario: string;
  base: SideFacts;
  current: SideFacts;
  /** Why it is what it is, in sentences, most important first. */
  reasons: string[];
  /** What a reader must know to use the figures. */
  notes: string[];
  /** Ways in which the scenarios differ that do not matter. */
  harmless: ScenarioDifference[];
  figures: FigureComparison[];
}
