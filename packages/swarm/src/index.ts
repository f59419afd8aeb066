export * from './deployment.ts';
export { readSystemLimits, socketNeed } from './descriptors.ts';
export { diskReason } from './disk-reason.ts';
export { type Interruption, watchInterruption } from './interruption.ts';
export type { LiveRun } from './live-run.ts';
export type { EngineModule } from './load-engine.ts';
export * from './machine.ts';
export { makeFolder } from './make-folder.ts';
export { askWith, checkAddress, preflight } from './preflight.ts';
export type { GeneratorProgress, Phase, Progress } from './progress.ts';
export { readRecord } from './read-record.ts';
export { findRecord, recordLines } from './record-reader.ts';
export { openRecord, RECORD_FILE, type RecordWriter } from './record-writer.ts';
export { type RunOptions, type RunResult, run } from './run.ts';
export { RunError } from './run-error.ts';
export {
  type ReadScenarioFile,
  readScenarioFile,
  readScenarioFiles,
  type ScenarioFileOptions,
  sameNames,
} from './scenario-file.ts';
export { chooseStaffing, type Staffing } from './staffing.ts';
export type * from './worker-protocol.ts';
