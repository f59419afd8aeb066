import type { ThresholdResult } from '@livekit-swarm/analysis';
import type { Drill, FailedProbe } from '../drill/drill.ts';
import type { Finding } from './evaluate-objectives.ts';
import type { Recovery } from './recovery.ts';
import type { DrillSecond } from './seconds.ts';
import type { WindowFigures } from './window-figures.ts';

export const DRILL_RESULT_SCHEMA = 'livekit-swarm/drill-result/1';

/**
 * void: the steady state was not reached, or a fault could not be injected. inconclusive: the generator suffered. interrupted: by a person. aborted: by the
 * drill's own conditions, which is a failure.
 */
export type RepeatVerdict = 'passed' | 'failed' | 'inconclusive' | 'void' | 'interrupted';

/** One time that a drill was carried out. */
export interface RepeatResult {
  number: number;
  verdict: RepeatVerdict;
  /** Why, most important first; empty when everything held. */
  reasons: string[];
  /** Which ways to fail were seen, sorted: what `known` is held against, and what repeats are counted by. */
  failing: FailedProbe[];
  findings: Finding[];
  thresholds: ThresholdResult[];
  recovery: Recovery;
  windows: WindowFigures[];
  seconds: DrillSecond[];
  /** Its record. */
  record: string;
  /** Unix ms of its start: the zero of every `at`. */
  startedAtMs: number;
  /** Length of its run, ms. */
  tookMs: number;
}

/** Beside what the server is known to do. */
export type Knowledge =
  /** Nothing is known, or the server is another one. */
  | 'none'
  /** It fails in the ways that are known, and in no other. */
  | 'as-known'
  /** It should have failed, and did not, or not in every way. */
  | 'better'
  /** It fails in a way that is not known. */
  | 'otherwise';

export interface DrillResult {
  schema: typeof DRILL_RESULT_SCHEMA;
  drill: Drill;
  /** The worst of its repeats: failed, inconclusive, void, interrupted, passed. */
  verdict: RepeatVerdict;
  knowledge: Knowledge;
  serverVersion: string | null;
  /** Where it was done, without secrets. */
  target: string;
  /** ISO 8601. */
  startedAt: string;
  repeats: RepeatResult[];
  /** Over the repeats that were measured; ms. */
  spread: { rtoP50: Spread | null; rtoMax: Spread | null };
  /** Outcomes in words, and how often each came: what is bimodal shows here. */
  outcomes: { outcome: string; times: number }[];
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}
