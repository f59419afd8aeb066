export { DRILL_FAILINGS, type DrillFailing } from './drill-failings.ts';
export { emptySeries } from './empty-series.ts';
export { parseRecordLine } from './parse-record-line.ts';
export { planFactsOf } from './plan-facts.ts';
export {
  COORDINATOR_SHARD,
  type DeploymentLine,
  type DrillEvent,
  type DrillLine,
  type EndLine,
  type EventLine,
  type EventName,
  type GeneratorSample,
  type HeaderLine,
  type JoinPhases,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
  type PlanFacts,
  RECORD_SCHEMA,
  type RecordLine,
  type SampleLine,
  type SeriesLabels,
  type SeriesSample,
  type ThresholdCrossing,
  type TrackResult,
  type TrackSource,
} from './record.ts';
export { type RecordNote, readRecordLines } from './record-lines.ts';
export { findRecord, recordLines, textLines } from './record-reader.ts';
export { openRecord, RECORD_FILE, type RecordWriter } from './record-writer.ts';
