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

/** Reason for which a drill ended early: it is void, or its abort condition was met. */
export interface ExecutionFailure {
  event: 'void' | 'aborted';
  reason: DrillStopReason;
}

/** Reason of a repeat's verdict. The reports render it (packages/report/src/drill/phrases.ts). */
export type DrillReason =
  | DrillStopReason
  | { code: 'interrupted' }
  | { code: 'fault_unavailable'; fault: string; detail: string }
  | { code: 'record_truncated'; atMs: number }
  /** Faults that the journal still holds. */
  | { code: 'rollback_failed'; faults: string[] }
  /** Faults whose rollback is missing in the record, while the journal cannot be read. */
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
  'node_not_ready',
  'gate_failed',
  'roll_objective_missed',
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
  /** Reasons, most important first; empty when the repeat passed. */
  reasons: DrillReason[];
  /**
   * Codes of the objectives that were missed, sorted: compared with `knownFailures`, and counted
   * over repeats.
   */
  failedObjectives: ObjectiveCode[];
  objectives: ObjectiveResult[];
  thresholds: ThresholdResult[];
}

export interface RepeatFacts {
  drill: Drill;
  /** Measured recovery, including skipped faults, which make the drill void. */
  recovery: Recovery;
  /** Reason of an early end; null: the schedule was completed. */
  failure: ExecutionFailure | null;
  interrupted: boolean;
  decision: Pick<VerdictDecision, 'thresholds' | 'health'>;
}

/**
 * Decides the verdict of one repeat, by the first rule that applies. Interrupted: no verdict on the
 * server. Void: a fault was not injected, the deployment was removed, or the effect of a fault was
 * removed before its rollback. Inconclusive: the presence of an effect is unknown. Failed: the
 * abort condition was met, or a roll was stopped; inconclusive if only an objective stopped it while
 * the load generator was impaired. Inconclusive: the load generator was impaired. Otherwise objectives and
 * thresholds decide.
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
  const isUntested = recovery.faults.length === 0 && failure?.reason.code !== 'node_not_ready';
  if (failure !== null && (failure.event === 'void' || isUntested))
    return conclude('void', [failure.reason]);
  const impairments = decision.health
    .filter(({ code }) => drill.thresholds.length > 0 || IMPAIRS_INTERRUPTIONS.has(code))
    .map((finding): DrillReason => ({ code: 'generator_impaired', finding }));
  if (failure !== null) {
    // Only the calls showed it, and the load generator may have caused that.
    const isDoubtful = failure.reason.code === 'roll_objective_missed' && impairments.length > 0;
    return isDoubtful
      ? conclude('inconclusive', [failure.reason, ...impairments, ...failures])
      : conclude('failed', [failure.reason, ...failures]);
  }
  if (recovery.skipped.length > 0)
    return conclude(
      'void',
      recovery.skipped.map((skipped) => ({ code: 'fault_unavailable', ...skipped })),
    );
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
 * Health codes that affect interruptions of 500 ms and more, and their end. Other problems (packets
 * sent 20 ms late, a full receive buffer) distort jitter, latency and loss, which matters only in
 * drills with thresholds on such metrics. A host without names, routes or sockets prevents
 * reconnecting, and one that refuses to send packets interrupts media.
 */
const IMPAIRS_INTERRUPTIONS: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'process_died',
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
