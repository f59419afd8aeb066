import type { DrillVerdict } from '@livekit-swarm/record';
import { z } from 'zod';
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
  /** Start, Unix ms: the zero of every `at`. */
  startedAtMs: number;
  /** Length of the run, ms. */
  durationMs: number;
}

/** Comparison with the known failures of the server version. */
export const KNOWN_FAILURE_STATUSES = [
  /** No known failures, or none for this version of the server. */
  'none',
  /** The drill missed the known objectives, and no other. */
  'known_failure',
  /** The drill met an objective that is known to be missed every time. */
  'better_than_known',
  /** The drill missed another objective. */
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

/** Outcome of a repeat, by which equal ones are counted. */
export interface RepeatOutcome {
  outcome: (typeof OUTCOMES)[number];
  /** Missed objectives; empty with `failed`: the abort condition was met. */
  failedObjectives: ObjectiveCode[];
}

/** Schema of the facts about the tested servers that a record lacks. */
export const drillServerSchema = z.object({
  host: z.string().describe('Host and port of its URL.'),
  isLab: z.boolean().describe('True for a lab of this tool.'),
  nodes: z.number().describe('LiveKit nodes when the drill began.'),
  started: z
    .object({
      program: z
        .string()
        .nullable()
        .describe('Path of its program. Null: the release of serverVersion.'),
      configFiles: z
        .array(z.string())
        .describe("Files whose settings override those of the drill's lab."),
    })
    .exactOptional()
    .describe('Server of --server. Absent: a plain release, or not started for the drill.'),
});

/** Facts about the tested servers that a record lacks. */
export type DrillServer = z.infer<typeof drillServerSchema>;

export interface DrillResult {
  schema: typeof DRILL_RESULT_SCHEMA;
  drill: Drill;
  /** Most severe verdict of its repeats. */
  verdict: DrillVerdict;
  knownFailureStatus: KnownFailureStatus;
  serverVersion: string | null;
  /** Name of the deployment, without secrets. */
  deployment: string;
  /** Tested servers; null: the drill did not reach them, or an earlier version executed it. */
  server: DrillServer | null;
  /** Start, ISO 8601. */
  startedAt: string;
  repeats: RepeatResult[];
  /** Spread over the measured repeats, ms. */
  spread: { timeToRecoverP50: Spread | null; timeToRecoverMax: Spread | null };
  /** Outcomes of its repeats, the most frequent first. */
  outcomes: (RepeatOutcome & { count: number })[];
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** Result of a repeat as metrics: `swarm_chaos_verdict`, `swarm_chaos_objective_met`, … */
export interface VerdictMetrics {
  verdict: DrillVerdict;
  /** Time to recover in seconds, by quantile; null: no recovery was measured. */
  recovery: ReadonlyMap<number, number> | null;
  /** Required objectives: true when met. */
  objectives: ReadonlyMap<ObjectiveCode, boolean>;
}

/** Metrics of a repeat. One that neither passed nor failed has only its verdict. */
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
  return { verdict, recovery: secondsByQuantile(timeToRecover), objectives };
};

/** Quantiles among media that did not recover have no time. */
const secondsByQuantile = (
  times: RepeatResult['recovery']['timeToRecover'],
): VerdictMetrics['recovery'] => {
  if (times === null) return null;
  const { p50, p95, max } = times;
  const seconds = [
    [0.5, p50],
    [0.95, p95],
    [1, max],
  ] as const;
  return new Map(
    seconds.flatMap(([quantile, ms]) => (ms === null ? [] : [[quantile, ms / 1_000]])),
  );
};
