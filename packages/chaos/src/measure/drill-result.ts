import type { DrillVerdict } from '@livekit-swarm/record';
import type { Drill, ObjectiveCode } from '../drill/drill.ts';
import type { RepeatVerdictFacts } from './decide-verdict.ts';
import type { DrillSecond, WindowFigures } from './figures.ts';
import type { Recovery } from './recovery.ts';

export const DRILL_RESULT_SCHEMA = 'livekit-swarm/drill-result/1';

/** One execution of a drill. */
export interface RepeatResult extends RepeatVerdictFacts {
  number: number;
  recovery: Recovery;
  windows: WindowFigures[];
  seconds: DrillSecond[];
  /** Path of its record. */
  record: string;
  /** Unix ms of its start: the zero of every `at`. */
  startedAtMs: number;
  /** Length of its run. */
  durationMs: number;
}

/** Compared with the known failures of the server version. */
export const KNOWN_FAILURE_STATUSES = [
  /** There are none, or the server has another version. */
  'none',
  /** It missed the objectives that are known to be missed, and no other. */
  'known_failure',
  /** It met an objective that is known to be missed every time. */
  'better_than_known',
  /** It missed another objective. */
  'unexpected_failure',
] as const;

export type KnownFailureStatus = (typeof KNOWN_FAILURE_STATUSES)[number];

export const OUTCOMES = [
  'recovered',
  'no_interruption',
  'failed',
  'inconclusive',
  'void',
  'interrupted',
] as const;

/** The outcome of a repeat, for counting equal ones. */
export interface RepeatOutcome {
  outcome: (typeof OUTCOMES)[number];
  /** Empty with `failed`: its abort condition was met. */
  failedObjectives: ObjectiveCode[];
}

/** What was tested, as far as a record does not show it. */
export interface DrillServer {
  /** Host and port of its URL. */
  host: string;
  /** A lab of this tool. */
  isLab: boolean;
  /** Number of its LiveKit nodes when the drill began. */
  nodes: number;
}

export interface DrillResult {
  schema: typeof DRILL_RESULT_SCHEMA;
  drill: Drill;
  /** The most severe of its repeats. */
  verdict: DrillVerdict;
  knownFailureStatus: KnownFailureStatus;
  serverVersion: string | null;
  /** Name of the deployment, without secrets. */
  deployment: string;
  /** Null: the drill did not reach it, or was executed by an earlier version. */
  server: DrillServer | null;
  /** ISO 8601. */
  startedAt: string;
  repeats: RepeatResult[];
  /** Over the repeats that were measured; ms. */
  spread: { timeToRecoverP50: Spread | null; timeToRecoverMax: Spread | null };
  /** The most frequent first. */
  outcomes: (RepeatOutcome & { count: number })[];
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** The result of a repeat as metrics: `swarm_chaos_verdict`, `swarm_chaos_objective_met`, … */
export interface VerdictMetrics {
  verdict: DrillVerdict;
  /** Time to recover in seconds, by quantile; null: no recovery was measured. */
  recovery: ReadonlyMap<number, number> | null;
  /** Whether each required objective was met. */
  objectives: ReadonlyMap<ObjectiveCode, boolean>;
}

/** A repeat that neither passed nor failed gives only its verdict. */
export const verdictMetricsOf = ({
  verdict,
  objectives: findings,
  thresholds,
  recovery: { timeToRecover },
}: Pick<RepeatResult, 'verdict' | 'objectives' | 'thresholds'> & {
  recovery: Pick<RepeatResult['recovery'], 'timeToRecover'>;
}): VerdictMetrics => {
  const objectives = new Map<ObjectiveCode, boolean>();
  if (verdict !== 'passed' && verdict !== 'failed') return { verdict, recovery: null, objectives };
  for (const { code, met } of findings) objectives.set(code, met && objectives.get(code) !== false);
  if (thresholds.length > 0)
    objectives.set(
      'thresholds',
      thresholds.every(({ ok }) => ok !== false),
    );
  const recovery =
    timeToRecover === null
      ? null
      : new Map([
          [0.5, timeToRecover.p50 / 1_000],
          [0.95, timeToRecover.p95 / 1_000],
          [1, timeToRecover.max / 1_000],
        ]);
  return { verdict, recovery, objectives };
};
