export { fact } from './fact.ts';
export type { Annotation, DrillAnnotation } from './history/annotation.ts';
export { createHistory, type History } from './history/history.ts';
export { createRunPhase, RUN_PHASES, type RunPhase } from './history/run-phase.ts';
export {
  type MergedSeries,
  type SampleSecond,
  sampleSeconds,
} from './history/sample-seconds.ts';
export { secondOfSample } from './history/seconds.ts';
export { type SeriesQuery, seriesName, type TimeSeries } from './history/time-series.ts';
export { type EvaluatedRun, isRun, type NoRun, noRunOf, type Outcome } from './outcome.ts';
export {
  isStalled,
  lossOf,
  type ParticipantDetail,
} from './participants/participant-detail.ts';
export {
  createParticipantHistories,
  type ParticipantEvent,
  type ParticipantHistories,
  type ParticipantHistory,
  stateIntervals,
} from './participants/participant-history.ts';
export {
  type ConnectionState,
  initialParticipantState,
  isConnected,
  type ParticipantState,
  reduceParticipant,
} from './participants/participant-state.ts';
export { type ParticipantView, readParticipant } from './participants/read-participant.ts';
export { RolePaths } from './participants/role-paths.ts';
export { type AffectedParticipant, isAffected, type RoomSummary } from './participants/severity.ts';
export { audioQuality, participantQuality, videoQuality } from './quality/quality.ts';
export type { ClientDisagreement, ClientSummary } from './summary/fold-clients.ts';
export { leftBeforeJoining, wasJoinCutShort } from './summary/fold-participants.ts';
export type { PathSummary } from './summary/fold-paths.ts';
export { type LoggedMessage, loggedMessages } from './summary/logged-messages.ts';
export type { Percentiles } from './summary/percentiles.ts';
export type { HostResource, ReachedLimit } from './summary/reached-limits.ts';
export { type RunEvent, type RunNote, runNotes } from './summary/run-event.ts';
export type {
  ServerMissing,
  ServerProfile,
  ServerSummary,
  ServerTotals,
} from './summary/server-summary.ts';
export { createSummary, foldRecord, readRecord, type SummaryFold } from './summary/summarize.ts';
export {
  type AbortingThreshold,
  abortingThreshold,
  type DeploymentSummary,
  type FailureReason,
  type GeneratorSummary,
  type HostSummary,
  type InterimSummary,
  type RecoverySummary,
  type RoleTraffic,
  type Share,
  SUMMARY_SHAPE,
  type Summary,
  type Traffic,
  type TrafficRow,
} from './summary/summary.ts';
export { commandThresholds } from './verdict/command-thresholds.ts';
export {
  DEFAULT_THRESHOLDS,
  replaceThresholds,
  resolveThresholds,
  type SourcedThreshold,
} from './verdict/default-thresholds.ts';
export {
  assessGenerator,
  assessStrictly,
  CLOCK_STEP_MS,
  LAGGING_MS,
  LATE_SENDS_SHARE,
  RECORDED_PAUSE_MS,
  SEND_ERRORS_SHARE,
  SOCKET_DROPS_SHARE,
  SUSPENSION_MS,
  TICK_LATE_MS,
} from './verdict/generator-health.ts';
export { type HealthCode, type HealthFinding, healthFindings } from './verdict/health-finding.ts';
export { createOverloadWatch } from './verdict/overload.ts';
export { type Reason, verdictReasons } from './verdict/reason.ts';
export {
  type ExcludedValues,
  evaluate,
  excludedValues,
  type Measured,
  type NotMeasured,
  type ThresholdDoubt,
  type ThresholdResult,
  thresholdDoubt,
} from './verdict/threshold-result.ts';
export {
  abortCause,
  decideVerdict,
  decideWithBaseline,
  type Verdict,
  type VerdictDecision,
} from './verdict/verdict.ts';
