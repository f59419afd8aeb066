export { ChaosError } from './chaos-error.ts';
export * from './drill/index.ts';
export type * from './faults/fault.ts';
export { FAULTS } from './faults/index.ts';
export { type Injection, type InjectOptions, injectFault } from './inject.ts';
export {
  type HealPendingOptions,
  type HealReport,
  healPending,
  isOwned,
} from './journal/heal-pending.ts';
export { type Journal, journalDir, openJournal, type UnreadableEntry } from './journal/journal.ts';
export type { JournalEntry } from './journal/journal-entry.ts';
export { judgementOf } from './measure/drill-judgement.ts';
export * from './measure/drill-result.ts';
export { createPeopleNow, type PeopleNow } from './measure/people-now.ts';
export type * from './measure/recovery.ts';
export { idleMembers } from './preview/idle-members.ts';
export { type FaultPossibility, possibleFaults } from './preview/possible-faults.ts';
export { type DrillPreview, type PlannedFault, previewDrill } from './preview/preview-drill.ts';
export { previewText } from './preview/preview-text.ts';
export { exitCodeOfDrill } from './report/exit-code.ts';
export { renderDrillHtml } from './report/html/render-html.ts';
export { drillResultJsonSchema } from './report/json/document-schema.ts';
export {
  type DrillOutcome,
  drillDocument,
  isDrillResult,
  type NoDrill,
  renderDrillJson,
} from './report/json/render-json.ts';
export { drillSuite, renderDrillJunit } from './report/render-junit.ts';
export { type DrillReportOptions, renderDrillText } from './report/render-text.ts';
export { DRILL_FILE } from './reread/drill-file.ts';
export { rereadDrill } from './reread/reread-drill.ts';
export { sayAim } from './run/aim.ts';
export type { DrillDeployment } from './run/deployment.ts';
export { type DockerDeploymentOptions, dockerDeployment } from './run/docker-deployment.ts';
export { type EmbeddedLabOptions, raiseDrillLab } from './run/embedded-lab.ts';
export {
  type KubernetesDeploymentOptions,
  kubernetesDeployment,
} from './run/kubernetes-deployment.ts';
export { type DrillOptions, type RaisedDeployment, runDrill } from './run/run-drill.ts';
export { planOfDrill } from './run/run-repeat.ts';
export { type SshDeploymentOptions, sshDeployment } from './run/ssh-deployment.ts';
export { standingLab } from './run/standing-lab.ts';
export {
  type DockerOrder,
  nameOfOrder as nameOfDockerOrder,
  readDockerOrder,
} from './targets/docker/order.ts';
export { openDockerTarget } from './targets/docker.ts';
export { imaginedLab } from './targets/imagined-lab.ts';
export { type KubernetesOrder, openKubernetesTarget } from './targets/kubernetes.ts';
export { openTarget } from './targets/open-target.ts';
export { parseUnit, type Unit } from './targets/process/unit.ts';
export { openProcessTarget } from './targets/process.ts';
export { readSshOrder, type SshOrder } from './targets/ssh/order.ts';
export type * from './targets/target.ts';
