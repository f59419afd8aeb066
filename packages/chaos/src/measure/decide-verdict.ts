import type {
  HealthCode,
  HealthFinding,
  ThresholdResult,
  VerdictDecision,
} from '@livekit-swarm/analysis';
import type { DrillStopReason, DrillVerdict } from '@livekit-swarm/record';
import type { Drill, ObjectiveCode } from '../drill/drill.ts';
import { evaluateObjectives, type ObjectiveResult } from './evaluate-objectives.ts';
import type { Recovery } from './recovery.ts';

/** Why a drill ended early: it is void, or its abort condition was met. */
export interface ExecutionFailure {
  event: 'void' | 'aborted';
  reason: DrillStopReason;
}

/** Why a repeat has its verdict. Rendered by the reports (packages/report/src/drill/phrases.ts). */
export type DrillReason =
  | DrillStopReason
  | { code: 'interrupted' }
  | { code: 'fault_unavailable'; fault: string; detail: string }
  | { code: 'record_truncated'; atMs: number }
  /** Faults that the journal still holds. */
  | { code: 'rollback_failed'; faults: string[] }
  /** Faults whose rollback the record lacks, while the journal cannot be read. */
  | { code: 'rollback_unknown'; faults: string[]; message: string }
  | { code: 'objective_missed'; result: ObjectiveResult }
  | { code: 'threshold_crossed'; result: ThresholdResult }
  | { code: 'threshold_not_measured'; result: ThresholdResult }
  | { code: 'ghost_rooms_unknown' }
  | { code: 'generator_impaired'; finding: HealthFinding };

export const DRILL_REASON_CODES = [
  'interrupted',
  'steady_state_not_reached',
  'ended_before_steady_state',
  'target_mismatch',
  'target_unproven',
  'rolled_back_externally',
  'fault_gone',
  'effect_unknown',
  'execution_failed',
  'control_group_interrupted',
  'load_interrupted',
  'fault_unavailable',
  'record_truncated',
  'rollback_failed',
  'rollback_unknown',
  'objective_missed',
  'threshold_crossed',
  'threshold_not_measured',
  'ghost_rooms_unknown',
  'generator_impaired',
] as const satisfies readonly DrillReason['code'][];

export interface RepeatVerdictFacts {
  verdict: DrillVerdict;
  /** Most important first; empty when it passed. */
  reasons: DrillReason[];
  /** Codes of the objectives that were missed, sorted: compared with `knownFailures`, and counted over repeats. */
  failedObjectives: ObjectiveCode[];
  objectives: ObjectiveResult[];
  thresholds: ThresholdResult[];
}

export interface RepeatFacts {
  drill: Drill;
  /** With skipped faults: they make the drill void. */
  recovery: Recovery;
  /** Null: it was executed to the end of its schedule. */
  failure: ExecutionFailure | null;
  interrupted: boolean;
  decision: Pick<VerdictDecision, 'thresholds' | 'health'>;
}

/**
 * Decides the verdict of one repeat. In this order: an interrupted drill has no verdict on the
 * server; one in which nothing (or not everything) was injected, or whose deployment was removed, is
 * void; so is one in which the effect of a fault was gone before its rollback, and inconclusive one
 * in which that is unknown; one that met its abort condition has failed; an impaired load generator
 * makes the drill inconclusive; then objectives and thresholds count.
 */
export const decideDrillVerdict = ({
  drill,
  recovery,
  failure,
  interrupted,
  decision,
}: RepeatFacts): RepeatVerdictFacts => {
  const objectives = evaluateObjectives(drill, recovery);
  const thresholds = decision.thresholds.filter(({ source }) => source === 'user');
  const missed = objectives.filter(({ met }) => !met);
  const crossed = thresholds.filter(({ ok }) => ok === false);
  const failures: DrillReason[] = [
    ...missed.map((result): DrillReason => ({ code: 'objective_missed', result })),
    ...crossed.map((result): DrillReason => ({ code: 'threshold_crossed', result })),
  ];
  const failedObjectives = [
    ...new Set<ObjectiveCode>([
      ...missed.map(({ code }) => code),
      ...(crossed.length > 0 ? ['thresholds' as const] : []),
    ]),
  ].sort();
  const conclude = (verdict: DrillVerdict, reasons: DrillReason[]): RepeatVerdictFacts => ({
    verdict,
    reasons,
    failedObjectives,
    objectives,
    thresholds,
  });

  if (interrupted) return conclude('interrupted', [{ code: 'interrupted' }]);
  if (failure?.reason.code === 'effect_unknown')
    return conclude('inconclusive', [failure.reason, ...failures]);
  if (failure !== null && (failure.event === 'void' || recovery.faults.length === 0))
    return conclude('void', [failure.reason]);
  if (failure !== null) return conclude('failed', [failure.reason, ...failures]);
  if (recovery.skipped.length > 0)
    return conclude(
      'void',
      recovery.skipped.map((skipped) => ({ code: 'fault_unavailable', ...skipped })),
    );
  const impairments = decision.health
    .filter(({ code }) => drill.thresholds.length > 0 || IMPAIRS_INTERRUPTIONS.has(code))
    .map((finding): DrillReason => ({ code: 'generator_impaired', finding }));
  if (impairments.length > 0) return conclude('inconclusive', [...impairments, ...failures]);
  if (failures.length > 0) return conclude('failed', failures);
  const unknown: DrillReason[] = [
    ...thresholds
      .filter(({ ok }) => ok === null)
      .map((result): DrillReason => ({ code: 'threshold_not_measured', result })),
    ...(drill.objectives.ghostRooms !== null && recovery.ghostRooms === null
      ? [{ code: 'ghost_rooms_unknown' as const }]
      : []),
  ];
  return unknown.length > 0 ? conclude('inconclusive', unknown) : conclude('passed', []);
};

/**
 * A drill measures interruptions of 500 ms and more, and their end. What distorts jitter, latency and
 * loss (packets sent 20 ms late, a full receive buffer) does not change them; it matters only where
 * the drill has thresholds on such metrics. A host without names, routes or sockets keeps participants
 * from reconnecting, and one that refuses to send packets interrupts their media.
 */
const IMPAIRS_INTERRUPTIONS: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'worker_died',
  'engine_error',
  'dns_failed',
  'no_route',
  'no_socket',
  'send_errors',
  'engine_stuck',
  'host_suspended',
  'process_paused',
  'cpu_starved',
  'tick_lateness',
  'event_loop_lag',
  'host_saturated',
  'no_samples',
  'samples_missing',
]);
