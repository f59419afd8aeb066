export { autoscalerJsonSchema, type DeployedScaler } from './deployed-scaler.ts';
export {
  type ForecastRules,
  forecastNodes,
  type NodeForecast,
  type ScheduledChange,
  sampleForecast,
} from './forecast/forecast-nodes.ts';
export {
  type CurveClock,
  DAY_MS,
  type LoadCurve,
  modulo,
  WEEK_MS,
  WEEKDAYS,
} from './forecast/load-curve.ts';
export { TOLERANCE } from './forecast/reactive-scaler.ts';
export { readCurveCsv } from './forecast/read-curve-csv.ts';
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
export { rehearseDeployment } from './rehearse-deployment.ts';
export type { TimetableOptions } from './run-timetable.ts';
export {
  checkTimetable,
  isDeployed,
  parseScaler,
  SCALE_MODES,
  type ScaleMetric,
  type ScaleMode,
  type ScalerFile,
  scalerJsonSchema,
} from './scaler-file.ts';
