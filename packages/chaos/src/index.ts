export { DRILL_FILE, evaluateDrill } from './evaluate/evaluate-drill.ts';
export {
  dockerDeployment,
  kubernetesDeployment,
  type LabAgentWorkers,
  runningLab,
  type StartedDeployment,
  sshDeployment,
  startDrillLab,
} from './execute/deployment.ts';
export { type Changes, executeDrill } from './execute/execute-drill.ts';
export { alertRules, firingAlerts } from './execute/observe-deployment.ts';
export { describeTarget } from './execute/resolve-target.ts';
export type { DescribedFault } from './faults/fault.ts';
export { FAULTS } from './faults/index.ts';
export { INVARIANTS, type Invariant, type Violation } from './invariants/invariant.ts';
export { type Journal, type JournalEntry, openJournal } from './journal/journal.ts';
export type { Orphan, OrphanScan } from './journal/orphan.ts';
export { type RollbackReport, rollbackPending } from './journal/rollback-pending.ts';
export { openClusterScan } from './journal/scan-cluster.ts';
export { openEngineScan } from './journal/scan-engine.ts';
export { openHostScan } from './journal/scan-host.ts';
export { type AlertSpan, alertSpans } from './measure/alerts.ts';
export { outcomeKey, outcomeOf } from './measure/combine-repeats.ts';
export { DRILL_REASON_CODES, type DrillReason } from './measure/decide-verdict.ts';
export {
  DRILL_RESULT_SCHEMA,
  type DrillResult,
  drillServerSchema,
  KNOWN_FAILURE_STATUSES,
  OUTCOMES,
  type RepeatOutcome,
  type RepeatResult,
  verdictMetricsOf,
} from './measure/drill-result.ts';
export { type ObjectiveResult, objectiveResult } from './measure/evaluate-objectives.ts';
export type { DrillSecond, WindowFigures } from './measure/figures.ts';
export { createReceptionStates } from './measure/reception-state.ts';
export {
  type JoinProbeResult,
  type ParticipantRecovery,
  type ProbeContinuity,
  type Recovery,
  type RecoveryMethod,
  type RoomRecovery,
  recoverySchema,
  type StateContinuity,
  type StateInterval,
  type SubscriptionRecovery,
} from './measure/recovery.ts';
export { resumedWithoutMedia } from './measure/resumed-media.ts';
export { availableFaults, type FaultAvailability } from './plan/available-faults.ts';
export {
  type DrillPlan,
  type PlannedFault,
  planDrill,
  stoppedComponents,
} from './plan/plan-drill.ts';
export { dockerSpecName, readDockerSpec } from './targets/docker/spec.ts';
export { dryRunLab } from './targets/dry-run-lab.ts';
export type { Capability, Platform } from './targets/platform.ts';
export { parseUnit } from './targets/process/systemd.ts';
export { openProcessPlatform } from './targets/process.ts';
export { readSshSpec } from './targets/ssh/spec.ts';
