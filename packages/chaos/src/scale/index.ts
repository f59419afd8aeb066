export type {
  JoinFigures,
  NewNode,
  Rehearsal,
  RemovedNode,
  ScaleAnswer,
  ScaleObjective,
  ScaleReason,
  ScaleResult,
  ScaleStep,
} from './rehearsal.ts';
export { SCALE_RESULT_SCHEMA } from './rehearsal.ts';
export { rehearse } from './rehearse.ts';
export {
  checkTimetable,
  parseScaler,
  SCALE_MODES,
  type ScaleMetric,
  type ScaleMode,
  type ScalerFile,
  scalerJsonSchema,
} from './scaler-file.ts';
