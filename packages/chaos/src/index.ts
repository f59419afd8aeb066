export * from './drill/index.ts';
export { DRILL_FILE } from './evaluate/drill-file.ts';
export { rereadDrill } from './evaluate/evaluate-drill.ts';
export { tidy, withoutSecretValues } from './evaluate/tidy.ts';
export type { DrillDeployment } from './execute/deployment.ts';
export { type DockerDeploymentOptions, dockerDeployment } from './execute/docker-deployment.ts';
export { type EmbeddedLabOptions, startDrillLab } from './execute/drill-lab.ts';
export { type DrillOptions, type RaisedDeployment, runDrill } from './execute/execute-drill.ts';
export { planOfDrill } from './execute/execute-repeat.ts';
export { type Injection, type InjectOptions, injectFault } from './execute/inject-fault.ts';
export {
  type KubernetesDeploymentOptions,
  kubernetesDeployment,
} from './execute/kubernetes-deployment.ts';
export { sayAim } from './execute/resolve-target.ts';
export { runningLab } from './execute/running-lab.ts';
export { type SshDeploymentOptions, sshDeployment } from './execute/ssh-deployment.ts';
export type * from './faults/fault.ts';
export { FAULTS } from './faults/index.ts';
export { type Journal, journalDir, openJournal, type UnreadableEntry } from './journal/journal.ts';
export type { JournalEntry } from './journal/journal-entry.ts';
export {
  type HealPendingOptions,
  type HealReport,
  healPending,
  isOwned,
} from './journal/rollback-pending.ts';
export { type AlertSpan, alertSpans } from './measure/alert-spans.ts';
export { isBrokenOff, isNotHealed, isWhole } from './measure/broken-off.ts';
export { outcomeOf } from './measure/combine-repeats.ts';
export { OBJECTIVES } from './measure/decide-verdict.ts';
export { judgementOf } from './measure/drill-judgement.ts';
export * from './measure/drill-result.ts';
export type { Finding } from './measure/evaluate-objectives.ts';
export { createPeopleNow, type PeopleNow } from './measure/reception-state.ts';
export type * from './measure/recovery.ts';
export type { DrillSecond } from './measure/seconds.ts';
export type { WindowFigures } from './measure/window-figures.ts';
export { type FaultPossibility, possibleFaults } from './plan/available-faults.ts';
export { idleMembers } from './plan/idle-members.ts';
export { type DrillPreview, type PlannedFault, previewDrill } from './plan/plan-drill.ts';
export {
  type DockerOrder,
  nameOfOrder as nameOfDockerOrder,
  readDockerOrder,
} from './targets/docker/spec.ts';
export { openDockerTarget } from './targets/docker.ts';
export { imaginedLab } from './targets/dry-run-lab.ts';
export { type KubernetesOrder, openKubernetesTarget } from './targets/kubernetes.ts';
export { openTarget } from './targets/open-target.ts';
export { parseUnit, type Unit } from './targets/process/unit.ts';
export { openProcessTarget } from './targets/process.ts';
export { readSshOrder, type SshOrder } from './targets/ssh/spec.ts';
export type * from './targets/target.ts';
