export * from './drill/index.ts';
export { DRILL_FILE } from './evaluate/drill-file.ts';
export { evaluateDrill } from './evaluate/evaluate-drill.ts';
export { tidy, withoutSecretValues } from './evaluate/tidy.ts';
export type { DrillDeployment, StartedDeployment } from './execute/deployment.ts';
export {
  type DockerDeploymentOptions,
  dockerDeployment,
  type KubernetesDeploymentOptions,
  kubernetesDeployment,
  type SshDeploymentOptions,
  sshDeployment,
} from './execute/deployment.ts';
export { type ExecuteDrillOptions, executeDrill, planOfDrill } from './execute/execute-drill.ts';
export { type Injection, type InjectOptions, injectFault } from './execute/inject-fault.ts';
export { type DrillLabOptions, runningLab, startDrillLab } from './execute/lab-deployment.ts';
export { describeTarget } from './execute/resolve-target.ts';
export type * from './faults/fault.ts';
export { FAULTS } from './faults/index.ts';
export type { JournalEntry } from './journal/journal.ts';
export { type Journal, journalDir, openJournal, type UnreadableEntry } from './journal/journal.ts';
export {
  isOwned,
  type RollbackPendingOptions,
  type RollbackReport,
  rollbackPending,
} from './journal/rollback-pending.ts';
export { type AlertSpan, alertSpans } from './measure/alerts.ts';
export { outcomeKey, outcomeOf } from './measure/combine-repeats.ts';
export {
  DRILL_REASON_CODES,
  type DrillReason,
  type ExecutionFailure,
} from './measure/decide-verdict.ts';
export * from './measure/drill-result.ts';
export {
  isComplete,
  type ObjectiveResult,
  objectiveResult,
} from './measure/evaluate-objectives.ts';
export { createReceptionStates, type ReceptionStates } from './measure/reception-state.ts';
export type * from './measure/recovery.ts';
export { recoverySchema } from './measure/recovery.ts';
export type { DrillSecond } from './measure/seconds.ts';
export { verdictMetricsOf } from './measure/verdict-metrics.ts';
export type { WindowFigures } from './measure/window-figures.ts';
export { availableFaults, type FaultAvailability } from './plan/available-faults.ts';
export {
  type DrillPlan,
  type PlannedFault,
  planDrill,
  stoppedComponents,
} from './plan/plan-drill.ts';
export {
  type DockerSpec,
  dockerSpecName,
  readDockerSpec,
} from './targets/docker/spec.ts';
export { openDockerPlatform } from './targets/docker.ts';
export { dryRunLab } from './targets/dry-run-lab.ts';
export { type KubernetesSpec, openKubernetesPlatform } from './targets/kubernetes.ts';
export { openPlatform } from './targets/open-target.ts';
export type * from './targets/platform.ts';
export { parseUnit, type Unit } from './targets/process/unit.ts';
export { openProcessPlatform } from './targets/process.ts';
export { readSshSpec, type SshSpec } from './targets/ssh/spec.ts';
