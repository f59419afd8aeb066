export {
  COUNTER_NAMES,
  COUNTERS,
  type Counter,
  type CounterName,
  CSV_COUNTERS,
  type CsvColumn,
  isSeriesCounter,
  SERIES_COUNTERS,
  type SeriesCounter,
  TRACK_COUNTERS,
  type TrackCounter,
} from './counters.ts';
export {
  DRILL_EVENT_NAMES,
  DRILL_OBJECTIVES,
  type DrillEvent,
  type DrillLine,
  type DrillObjective,
  type DrillStopReason,
  drillStopReason,
  type FaultTarget,
  faultTarget,
} from './drill-line.ts';
export {
  crossingSchema,
  EVENT_NAMES,
  type EventLine,
  type EventName,
  type JoinPhases,
  type ThresholdCrossing,
} from './event-line.ts';
export { parseRecordLine } from './parse-record-line.ts';
export {
  emptyTrackResult,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
  participantSchema,
  type TrackResult,
  type TrackSource,
} from './participant-line.ts';
export {
  type DeploymentLine,
  END_REASONS,
  type EndLine,
  endSchema,
  type HeaderLine,
  LINE_SCHEMAS,
  type PlanFacts,
  planFactsOf,
  planFactsSchema,
  RECORD_SCHEMA,
  type RecordLine,
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
export {
  COORDINATOR_SHARD,
  emptySeries,
  type GeneratorSample,
  type SampleLine,
  type Scheduling,
  type SeriesLabels,
  type SeriesSample,
} from './sample-line.ts';
