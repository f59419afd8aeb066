export { type AdaptationSample, emptyAdaptation } from './adaptation.ts';
export { clientEngineName } from './client-engine.ts';
export {
  COUNTER_NAMES,
  COUNTERS,
  type Counter,
  type CounterName,
  CSV_COUNTERS,
  type CsvColumn,
  type DerivedColumns,
  isSeriesCounter,
  SERIES_COUNTERS,
  type SeriesCounter,
  TRACK_COUNTERS,
  type TrackCounter,
} from './counters.ts';
export type { DataQueueSample } from './data-queue.ts';
export type { DataStreamsSample } from './data-streams.ts';
export type { DataTracksSample } from './data-tracks.ts';
export { addDecryption, type Decryption } from './decryption.ts';
export {
  CONTINUITY_PROBES,
  type ContinuityProbe,
  DRILL_EVENT_NAMES,
  DRILL_OBJECTIVES,
  DRILL_VERDICTS,
  type DrillEvent,
  type DrillLine,
  type DrillObjective,
  type DrillReception,
  type DrillStopReason,
  type DrillVerdict,
  drillStopReason,
  EFFECT_FINDINGS,
  type EffectFinding,
  type FaultTarget,
  faultTarget,
  KEY_ANSWERS,
  KEY_NAMES,
  type KeyAnswer,
  type KeyName,
  type KeyObservation,
  MEDIA_RECEPTIONS,
  type MediaReception,
  type NodeStep,
  type RollPhase,
  STATE_KINDS,
  WEBHOOK_SIGNERS,
  type WebhookSigner,
} from './drill-line.ts';
export {
  AGENT_JOB_STATES,
  type AgentJobState,
  crossingSchema,
  EVENT_NAMES,
  type EventLine,
  type EventName,
  type JoinPhases,
  type ThresholdCrossing,
  type TurnResult,
} from './event-line.ts';
export { parseRecordLine } from './parse-record-line.ts';
export {
  emptyTrackResult,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
  participantSchema,
  type SelectedPair,
  type TrackResult,
  type TrackSource,
} from './participant-line.ts';
export {
  emptyPlayoutCounters,
  emptyPlayoutSample,
  PLAYOUT_COUNTERS,
  type PlayoutCounter,
  type PlayoutSample,
  type TrackPlayout,
} from './playout.ts';
export {
  type ClockLine,
  type DeploymentLine,
  END_REASONS,
  type EndLine,
  endSchema,
  type HeaderLine,
  type HostLine,
  LINE_SCHEMAS,
  type PlanFacts,
  planFactsOf,
  planFactsSchema,
  RECORD_SCHEMA,
  type RecordLine,
  type StartedServer,
  windowSchema,
} from './record.ts';
export {
  findRecord,
  type RecordNote,
  readRecordLines,
  recordLines,
  textLines,
} from './record-reader.ts';
export { openRecord, RECORD_FILE, type RecordWriter } from './record-writer.ts';
export type { RpcSample } from './rpc.ts';
export {
  type ClientSample,
  COORDINATOR_SHARD,
  type EngineHealth,
  emptyEngineHealth,
  emptySeries,
  type GeneratorSample,
  type OtherPrograms,
  type SampleLine,
  type Scheduling,
  type SeriesLabels,
  type SeriesSample,
  type StreamDrops,
} from './sample-line.ts';
export {
  LOG_LEVELS,
  type LogGroup,
  type LogLevel,
  MEDIA_COUNTS,
  SERVER_COUNTS,
  SERVER_LEVELS,
  SERVER_SOURCES,
  type ServerAfterLine,
  type ServerCount,
  type ServerLevel,
  type ServerLine,
  type ServerLogLine,
  type ServerMissingLine,
  type ServerSourceName,
} from './server-line.ts';
export { MAX_PROFILED_FUNCTIONS, type ServerProfileLine } from './server-profile-line.ts';
export { emptySpeakers, type SpeakersSample } from './speakers.ts';
